"""Partner organizations and who belongs to them."""
