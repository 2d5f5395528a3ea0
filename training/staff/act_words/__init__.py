"""What happened, in words: a sentence for each kind of act. A test finds acts that have none."""

from collections.abc import Mapping

from flask_babel import gettext as _

from training.staff.act_words import partners, planning, registrations, roster, seats, sessions
from training.staff.act_words.speaking import Sentence
from training.staff.audit_values import ReadEntry

WORDS: Mapping[str, Sentence] = {
    **sessions.WORDS,
    **registrations.WORDS,
    **roster.WORDS,
    **seats.WORDS,
    **partners.WORDS,
    **planning.WORDS,
}

#: Group of acts, as an address names it → how their names begin. One act may be in two of them.
GROUPS: Mapping[str, tuple[str, ...]] = {
    "sessions": ("session.", "hold.", "question."),
    "registrations": ("registration.",),
    "attendance": ("attendance.",),
    "downloads": ("roster.export", "attendance.export", "organization.export_attendance"),
    "organizations": ("organization.", "membership.", "code."),
    "people": ("person.",),
    "accounts": ("account.", "invitation.", "view."),
    "catalogue": ("campaign.", "course.", "venue.", "allotment."),
    "feeds": ("feed.",),
    "imports": ("import.",),
}


def sentence(entry: ReadEntry, timezone: str) -> str:
    """Return what happened as a sentence in the reader's language.

    :param timezone: whose clocks times in it are on.
    """
    words = WORDS.get(entry.action)
    if words is None:  # of a newer version than this one: better its bare name than no page
        return entry.action
    said = words(entry, timezone)
    return said[:1].upper() + said[1:]  # "somebody who was erased" may begin it


def group_labels() -> dict[str, str]:
    """Return what the groups of acts are called."""
    return {
        "sessions": _("Sessions"),
        "registrations": _("Registrations"),
        "attendance": _("Attendance"),
        "downloads": _("Downloads"),
        "organizations": _("Organizations"),
        "people": _("People"),
        "accounts": _("Accounts and invitations"),
        "catalogue": _("Campaigns, courses, venues"),
        "feeds": _("Calendar feeds"),
        "imports": _("Imports"),
    }
