"""Makes a second send of one form or call harmless."""
