"""What the product reaches, measured beside what it must reach: ``make bench``."""
