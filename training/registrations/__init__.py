"""Who holds a seat and who waits; also pages that show a session with its seats."""
