"""Files in: what other systems know of sessions."""
