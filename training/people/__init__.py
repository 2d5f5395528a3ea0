"""People: one row for one human."""
