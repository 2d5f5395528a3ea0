"""What every sentence about an act is made with."""

from collections.abc import Callable, Mapping
from datetime import datetime

from flask_babel import gettext as _

from training.staff.audit_values import ReadEntry, Subject
from training.web.filters import date_time

#: Puts an entry into words, in the reader's language; times in the zone that is read in.
Sentence = Callable[[ReadEntry, str], str]


def who(entry: ReadEntry) -> str:
    """Return who acted."""
    if entry.actor_id is None:
        return str(_("The program"))
    return named(entry, "person", entry.actor_id)


def subject(entry: ReadEntry) -> str:
    """Return whom or what it was done to."""
    return named(entry, entry.subject.kind, entry.subject.id)


def named(entry: ReadEntry, kind: str, key: object) -> str:
    """Return the name of something that an entry speaks of."""
    if not isinstance(key, int):
        return str(_("nobody"))
    name = entry.names.get(Subject(kind=kind, id=key))
    if name is None:
        return str(_("something that was deleted"))
    if name.text is None:
        return str(_("somebody who was erased"))
    return f"“{name.text}”" if kind in _TITLES else name.text


def organization(entry: ReadEntry) -> str:
    """Return the organization that an entry speaks of."""
    key = entry.after.get("organization_id") or entry.before.get("organization_id")
    return named(entry, "organization", key)


def is_own(entry: ReadEntry) -> bool:
    """Tell whether somebody did it to themselves."""
    name = entry.names.get(entry.subject)
    return name is not None and name.person_id is not None and name.person_id == entry.actor_id


def listed(entry: ReadEntry, words: Mapping[str, str]) -> str:
    """Return the names of what an entry says was changed, as people call it."""
    changed = entry.after.get("changed")
    names = [words.get(str(name), str(name)) for name in changed] if changed else []
    return ", ".join(dict.fromkeys(names))


def instant(iso: object, timezone: str) -> str:
    """Return an instant that stands in an entry, on the clocks of a zone."""
    return date_time(datetime.fromisoformat(str(iso)), timezone)


#: Kinds whose names are titles, which stand in quotation marks.
_TITLES = frozenset(
    {
        "training_session",
        "meeting",
        "course",
        "question",
        "campaign",
        "venue",
        "room",
        "feed_token",
        "invitation_code",
    }
)
