"""What an act means to each of several sessions, in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _
from flask_babel import ngettext

from training.sessions.affected import Span, affected_by
from training.sessions.clash_queries import described
from training.sessions.queries import SessionDetails
from training.sessions.rules.several import SeveralAct, Wanted
from training.sessions.service.several import Prospect
from training.sessions.values import SessionStatus
from training.text import for_display
from training.web.fields import sentence
from training.web.filters import date_time


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One session, as it is now, and what becomes of it."""

    id: int
    title: str
    revision: int
    #: When it is, its status and who trains.
    now: str
    #: What happens to it, sentence by sentence; empty: it is left out.
    happens: tuple[str, ...] = ()
    #: Why it is left out, sentence by sentence; empty: it is not.
    obstacle: tuple[str, ...] = ()
    #: People whom it concerns.
    people: int = 0


def lines_of(found: Sequence[Prospect], wanted: Wanted) -> list[Line]:
    """Return what becomes of each session."""
    return [_line(one, wanted) for one in found]


def title_of(act: SeveralAct) -> str:
    """Return what the page of an act is called."""
    titles = {
        SeveralAct.PUBLISH: _("Publish several sessions"),
        SeveralAct.CANCEL: _("Cancel several sessions"),
        SeveralAct.MOVE: _("Move several sessions"),
        SeveralAct.ASSIGN: _("Assign a trainer to several sessions"),
        SeveralAct.UNASSIGN: _("Take a trainer off several sessions"),
    }
    return str(titles[act])


def now_words(one: SessionDetails) -> str:
    """Return when a session is, its status and who trains, in one line."""
    labels = {
        SessionStatus.DRAFT: _("Draft"),
        SessionStatus.PUBLISHED: _("Published"),
        SessionStatus.CANCELLED: _("Cancelled"),
    }
    trainers = ", ".join(for_display(trainer.name) for trainer in one.trainers)
    parts = (date_time(one.clock.starts_at, one.timezone), labels[one.status], trainers)
    return " · ".join(part for part in parts if part)


def consequences(lines: Sequence[Line], wanted: Wanted) -> list[str]:
    """Return what the act does in all, each a sentence."""
    going = [line for line in lines if not line.obstacle]
    staying = len(lines) - len(going)
    people = sum(line.people for line in going)
    found = []
    if wanted.act is SeveralAct.CANCEL:
        found.append(_told(people))
    elif wanted.act is SeveralAct.MOVE and people:
        found.append(
            ngettext(
                "%(num)s person keeps a seat or their place in line.",
                "%(num)s people keep a seat or their place in line.",
                people,
            )
        )
    if wanted.act is not SeveralAct.PUBLISH:
        found.append(_("Calendars that subscribe follow by themselves."))
    if wanted.act is SeveralAct.MOVE:
        found.append(_("Nobody is mailed: tell them yourself."))
    if staying:
        found.append(
            ngettext(
                "%(num)s session is left out and stays as it is.",
                "%(num)s sessions are left out and stay as they are.",
                staying,
            )
        )
    return found


def button_words(lines: Sequence[Line], act: SeveralAct) -> str:
    """Return what the button says: what it does, and to how many."""
    going = [line for line in lines if not line.obstacle]
    number = len(going)
    words = {
        SeveralAct.PUBLISH: ngettext("Publish %(num)s session", "Publish %(num)s sessions", number),
        SeveralAct.CANCEL: ngettext("Cancel %(num)s session", "Cancel %(num)s sessions", number),
        SeveralAct.MOVE: ngettext("Move %(num)s session", "Move %(num)s sessions", number),
        SeveralAct.ASSIGN: ngettext(
            "Assign to %(num)s session", "Assign to %(num)s sessions", number
        ),
        SeveralAct.UNASSIGN: ngettext(
            "Take off %(num)s session", "Take off %(num)s sessions", number
        ),
    }
    return str(words[act])


def _line(one: Prospect, wanted: Wanted) -> Line:
    stored = one.stored
    line = {
        "id": one.id,
        "title": for_display(stored.title),
        "revision": stored.revision,
        "now": now_words(stored),
    }
    if one.obstacle is not None:
        return Line(**line, obstacle=(sentence(one.obstacle), *_clash(one)))  # type: ignore[arg-type]  # each of its own type
    if wanted.act is SeveralAct.CANCEL:
        people = len(affected_by(one.id).people)
        return Line(**line, happens=(_told(people),), people=people)  # type: ignore[arg-type]  # as above
    return Line(**line, happens=_happens(one, wanted), people=stored.live)  # type: ignore[arg-type]  # as above


def _told(people: int) -> str:
    if not people:
        return str(_("Nobody is registered, so nobody is told by mail."))
    return str(
        ngettext("%(num)s person is told by mail.", "%(num)s people are told by mail.", people)
    )


def _happens(one: Prospect, wanted: Wanted) -> tuple[str, ...]:
    if wanted.act is SeveralAct.PUBLISH:
        return (_("It becomes public, and takes registrations."),)
    if wanted.act is SeveralAct.ASSIGN:
        return (_("They train it from now on."),)
    if wanted.act is SeveralAct.UNASSIGN:
        alone = len(one.stored.trainers) == 1
        return (
            (_("They train it no longer; nobody else does."),)
            if alone
            else (_("They train it no longer."),)
        )
    moved = _("From now on: %(when)s", when=date_time(_first(one), one.stored.timezone))
    spans = [Span(times.starts_at, times.ends_at) for times in one.times]
    busy = len(affected_by(one.id, spans).busy) if one.stored.live else 0
    people = one.stored.live
    return (
        moved,
        *([_people(people)] if people else []),
        *([_busy(busy)] if busy else []),
    )


def _first(one: Prospect) -> datetime:
    return min(times.starts_at for times in one.times)


def _people(number: int) -> str:
    return str(
        ngettext(
            "%(num)s person has a seat or waits.", "%(num)s people have a seat or wait.", number
        )
    )


def _busy(number: int) -> str:
    return str(
        ngettext(
            "%(num)s of them has another session then.",
            "%(num)s of them have another session then.",
            number,
        )
    )


def _clash(one: Prospect) -> tuple[str, ...]:
    """Return what a session would clash with."""
    if one.clash is None:
        return ()
    [clash] = described([one.clash], my_timezone=one.stored.timezone)
    when = date_time(clash.starts_at, clash.timezone)
    if clash.training_session_id is None:
        return (_("%(who)s cannot train then.", who=", ".join(clash.trainers)),)
    wanted = ", ".join(for_display(part) for part in (*clash.trainers, clash.place) if part)
    return (
        _(
            "“%(title)s”, %(when)s: %(wanted)s",
            title=for_display(clash.title),
            when=when,
            wanted=wanted,
        ),
    )
