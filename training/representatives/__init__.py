"""Pages for who may act for an organization: its people, registrations, attendance and seats."""
