"""A living sample for trying out."""
