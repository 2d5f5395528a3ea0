"""Messages: queued with the change that causes them, sent afterwards."""
