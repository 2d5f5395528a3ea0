"""iCalendar: stored entries, feed versions, the writer. Knows no session."""
