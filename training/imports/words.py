"""Imports in words."""

from flask_babel import gettext as _
from flask_babel import ngettext

from training.imports.values import Kind, Outcome


def kind_label(kind: Kind) -> str:
    """Return what the rows of a file are."""
    labels = {
        Kind.SESSIONS: _("Sessions"),
        Kind.ORGANIZATIONS: _("Organizations"),
        Kind.PEOPLE: _("People"),
        Kind.REGISTRATIONS: _("Registrations"),
    }
    return str(labels[kind])


def outcome_label(outcome: Outcome) -> str:
    """Return what becomes of something."""
    labels = {
        Outcome.CREATED: _("new"),
        Outcome.CHANGED: _("changed"),
        Outcome.UNCHANGED: _("already here"),
        Outcome.LEFT_OUT: _("left out"),
        Outcome.REFUSED: _("cannot be brought in"),
    }
    return str(labels[outcome])


def counted(kind: Kind, number: int) -> str:
    """Return so many things of a kind."""
    phrases = {
        Kind.SESSIONS: ngettext("%(num)s session", "%(num)s sessions", number),
        Kind.ORGANIZATIONS: ngettext("%(num)s organization", "%(num)s organizations", number),
        Kind.PEOPLE: ngettext("%(num)s person", "%(num)s people", number),
        Kind.REGISTRATIONS: ngettext("%(num)s registration", "%(num)s registrations", number),
    }
    return str(phrases[kind])
