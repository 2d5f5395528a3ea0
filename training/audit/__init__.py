"""Who did what, when: one row for each act worth explaining."""
