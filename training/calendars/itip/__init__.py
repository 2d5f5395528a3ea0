"""Invitations by mail: what calendar programs take over, and what they answer (RFC 5546, 6047)."""
