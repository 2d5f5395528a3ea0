"""What every page shares; knows HTTP, knows no rules."""
