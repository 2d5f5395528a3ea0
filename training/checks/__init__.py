"""The invariants, verified on a live database."""
