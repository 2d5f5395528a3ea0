"""Pages for staff that show several features: a person, the audit trail."""
