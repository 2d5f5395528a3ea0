"""What a representative sees: an organization's own people, and nothing of anybody else's."""
