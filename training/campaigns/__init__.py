"""Campaigns: drives with a period, to which sessions belong."""
