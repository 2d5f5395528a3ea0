"""Imports as a whole: all of a file, or what can be taken of it, or none to see what would be."""

from training.imports.jobs.events import import_sessions
from training.imports.jobs.sheets import Preview, bring_in_file, preview, receive

__all__ = ["Preview", "bring_in_file", "import_sessions", "preview", "receive"]
