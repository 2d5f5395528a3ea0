"""Entries of the audit trail as lines of a page."""

from typing import NamedTuple

from flask import url_for

from training.staff.act_words import sentence
from training.staff.audit_queries import TrailPage
from training.staff.audit_values import ReadEntry, Subject

HISTORY, AUDIT = "staff.history", "staff.audit"


class Line(NamedTuple):
    """One entry: what happened, in which session, and where what led to it stands."""

    entry: ReadEntry
    sentence: str
    title: str
    cause_url: str


def lines(page: TrailPage, timezone: str) -> list[Line]:
    """Return the entries of a page, in words; times on the clocks of a zone."""
    return [
        Line(entry, sentence(entry, timezone), _title_of(entry), _cause_url(entry))
        for entry in page.entries
    ]


def _title_of(entry: ReadEntry) -> str:
    key = entry.training_session_id
    name = entry.names.get(Subject(kind="training_session", id=key)) if key else None
    return name.text or "" if name else ""


def _cause_url(entry: ReadEntry) -> str:
    """Return the address at which the entry that led to this one is the first; or nothing."""
    cause = entry.cause
    if cause is None:
        return ""
    before = cause.id + 1
    if cause.training_session_id is None:
        return url_for(AUDIT, before=before, _anchor=f"entry-{cause.id}")
    return url_for(
        HISTORY,
        training_session_id=cause.training_session_id,
        before=before,
        _anchor=f"entry-{cause.id}",
    )
