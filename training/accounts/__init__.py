"""Accounts, sign-ins, and who may do what."""
