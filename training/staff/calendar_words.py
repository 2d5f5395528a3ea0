"""What people's calendars know of a session, in words."""

from flask_babel import gettext as _
from flask_babel import ngettext

from training.calendars.values import FeedKind
from training.sessions.values import SessionStatus
from training.staff.calendar_values import (
    GroupHealth,
    ReaderGroup,
    SessionCalendars,
    Standing,
    Subscriber,
)


def group_label(group: ReaderGroup) -> str:
    """Return what a group of readers is called."""
    words = {
        ReaderGroup.TRAINERS: _("Trainers"),
        ReaderGroup.PARTICIPANTS: _("Participants"),
        ReaderGroup.ORGANIZATIONS: _("Organizations"),
        ReaderGroup.STAFF: _("Staff"),
    }
    return str(words[group])


def number_of(group: ReaderGroup, number: int) -> str:
    """Return a number of readers: "12 trainers"."""
    words = {
        ReaderGroup.TRAINERS: ngettext("%(num)s trainer", "%(num)s trainers", number),
        ReaderGroup.PARTICIPANTS: ngettext("%(num)s participant", "%(num)s participants", number),
        ReaderGroup.ORGANIZATIONS: ngettext(
            "%(num)s organization", "%(num)s organizations", number
        ),
        ReaderGroup.STAFF: ngettext("%(num)s colleague", "%(num)s colleagues", number),
    }
    return str(words[group])


def kind_label(kind: FeedKind) -> str:
    """Return what feeds of a kind are for."""
    words = {
        FeedKind.PERSON: _("Own registrations"),
        FeedKind.TRAINER: _("Sessions one trains"),
        FeedKind.ORGANIZATION: _("Sessions of an organization’s people"),
        FeedKind.STAFF: _("All sessions, for staff"),
    }
    return str(words[kind])


def program_label(program: str) -> str:
    """Return the name of a calendar program, where it says one."""
    return program or str(_("A program that does not say its name"))


def summary(group: GroupHealth, *, was_rescheduled: bool) -> list[str]:
    """Return how a group stands, in sentences: the old time first.

    :param was_rescheduled: whether the session has an old time at all.
    """
    if not group.total and not group.readers:
        return [_nobody(group.group)]
    sentences = _of_time(group, was_rescheduled=was_rescheduled)
    if missing := group.number(Standing.MISSING):
        sentences.append(
            ngettext(
                "%(num)s does not have the session yet.",
                "%(num)s do not have the session yet.",
                missing,
            )
        )
    if never := group.number(Standing.NEVER):
        sentences.append(
            ngettext(
                "%(num)s made an address that no program has read.",
                "%(num)s made an address that no program has read.",
                never,
            )
        )
    if group.without:
        sentences.append(
            ngettext("%(num)s does not subscribe.", "%(num)s do not subscribe.", group.without)
        )
    return [str(sentence) for sentence in sentences]


def _nobody(group: ReaderGroup) -> str:
    words = {
        ReaderGroup.TRAINERS: _("Nobody trains this session yet."),
        ReaderGroup.PARTICIPANTS: _("Nobody is registered."),
        ReaderGroup.ORGANIZATIONS: _("No organization’s people are registered."),
        ReaderGroup.STAFF: _("There are no colleagues."),
    }
    return str(words[group])


def _of_time(group: GroupHealth, *, was_rescheduled: bool) -> list[str]:
    old, old_time = group.number(Standing.OLD), group.number(Standing.OLD_TIME)
    right = old + group.number(Standing.CURRENT)
    sentences = []
    if old_time:
        sentences.append(
            ngettext(
                "%(num)s of %(whom)s still has the old time of this session.",
                "%(num)s of %(whom)s still have the old time of this session.",
                old_time,
                whom=number_of(group.group, group.reading),
            )
        )
    if right and old_time:
        sentences.append(ngettext("%(num)s has the new one.", "%(num)s have the new one.", right))
    elif right:
        whom = number_of(group.group, right)
        sentences.append(
            ngettext(
                "%(whom)s has the new time of this session.",
                "%(whom)s have the new time of this session.",
                right,
                whom=whom,
            )
            if was_rescheduled
            else ngettext(
                "%(whom)s has the time of this session.",
                "%(whom)s have the time of this session.",
                right,
                whom=whom,
            )
        )
    return sentences + _of_others(old)


def _of_others(old: int) -> list[str]:
    if not old:
        return []
    return [
        ngettext(
            "Of these, %(num)s has not seen another change since.",
            "Of these, %(num)s have not seen another change since.",
            old,
        )
    ]


def standing_badge(standing: Standing) -> tuple[str, str]:
    """Return how much a program knows, in a word, and the kind of badge for it."""
    words = {
        Standing.OLD_TIME: (_("Old time"), "warn"),
        Standing.MISSING: (_("Not there yet"), "info"),
        Standing.OLD: (_("Time is right"), "info"),
        Standing.CURRENT: (_("Up to date"), "ok"),
        Standing.NEVER: (_("Never read yet"), "muted"),
    }
    return words[standing]


def revision_words(one: Subscriber, session: SessionCalendars) -> str:
    """Return which revision of the session a program saw last; nothing: it saw none."""
    if one.standing in {Standing.NEVER, Standing.MISSING}:
        return ""
    if one.revision is None:  # it changed before the audit trail began
        return str(_("still has an older revision than %(last)s", last=session.revision))
    is_cancelled = session.status is SessionStatus.CANCELLED
    values = {"seen": one.revision, "last": session.revision}
    if one.standing is Standing.CURRENT:
        words = _("has revision %(seen)s of %(last)s", **values)
    elif one.standing is Standing.OLD_TIME and is_cancelled:
        words = _("still has revision %(seen)s of %(last)s: cancelled since", **values)
    elif one.standing is Standing.OLD_TIME:
        words = _("still has revision %(seen)s of %(last)s: moved since", **values)
    elif one.revision == session.revision:
        words = _("has revision %(seen)s of %(last)s: the registration changed since", **values)
    else:
        words = _("still has revision %(seen)s of %(last)s: changed since", **values)
    return str(words)


def times(count: int) -> str:
    """Return how often something was read."""
    return str(ngettext("Once", "%(num)s times", count))
