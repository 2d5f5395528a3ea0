"""What is taught, where, when, by whom, for how many."""
