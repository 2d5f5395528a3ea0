"""Who came: marks, and the current status they add up to."""
