"""What a move means to those who are registered, shown before it is done."""

from collections.abc import Iterator
from typing import NamedTuple

from flask import request
from flask_babel import gettext as _
from flask_babel import ngettext

from training.accounts.workplace import SCHEDULE, render_workplace
from training.sessions.affected import Affected, Span, affected_by
from training.sessions.forms import RevisionForm
from training.sessions.queries import SessionDetails
from training.sessions.rules import MeetingTimes, meeting_times
from training.sessions.values import MeetingPlan, SessionPlan
from training.sessions.views.planning import SEEN, Unconfirmed, clashes_in
from training.text import joined

#: What the button sends that leads back to the form, with all that was typed.
BACK = "back"
#: Not carried along: made anew for the page, or pressed and not typed, or asked for there.
_NOT_TYPED = {"csrf_token", SEEN, BACK, "clash_reason"}


class Placed(NamedTuple):
    """When and where a meeting is."""

    times: MeetingTimes
    timezone: str
    place: str


class MovedMeeting(NamedTuple):
    """A meeting as it stands, and as it is to be; None: there is none."""

    before: Placed | None
    after: Placed | None

    @property
    def is_moved(self) -> bool:
        return self.before != self.after


def render_move(stored: SessionDetails, form: RevisionForm, error: Unconfirmed) -> str:
    """Render the page that says whom a change moves, and does it when told to."""
    plan = form.to_plan()
    affected = affected_by(stored.id, [_span(times) for times in meeting_times(plan.meetings)])
    return render_workplace(
        "sessions/move.html",
        current=SCHEDULE,
        training_session=stored,
        typed=plan,
        meetings=list(_moved(stored.plan, plan)),
        affected=affected,
        clashes=clashes_in(error),
        carried=[
            (name, text)
            for name, texts in request.form.lists()
            if name not in _NOT_TYPED
            for text in texts
        ],
        seen=(SEEN, error.key),
        back=BACK,
        form=form,
        consequences=_consequences(affected),
        button=_button(affected),
    )


def _moved(stored: SessionPlan, typed: SessionPlan) -> Iterator[MovedMeeting]:
    before = {meeting.meeting_id: placed for meeting, placed in _placed(stored)}
    for meeting, placed in _placed(typed):
        yield MovedMeeting(before.pop(meeting.meeting_id, None), placed)
    for placed in before.values():
        yield MovedMeeting(placed, None)


def _placed(plan: SessionPlan) -> Iterator[tuple[MeetingPlan, Placed]]:
    for meeting, times in zip(plan.meetings, meeting_times(plan.meetings), strict=True):
        yield meeting, Placed(times, meeting.timezone, joined(meeting.room, meeting.venue))


def _span(times: MeetingTimes) -> Span:
    return Span(times.starts_at, times.ends_at)


def _button(affected: Affected) -> str:
    if affected.seated:
        return str(
            ngettext(
                "Move session; %(num)s person keeps their seat",
                "Move session; %(num)s people keep their seats",
                affected.seated,
            )
        )
    return str(
        ngettext(
            "Move session; %(num)s person keeps waiting",
            "Move session; %(num)s people keep waiting",
            len(affected.people),
        )
    )


def _consequences(affected: Affected) -> list[str]:
    """Return what a move does to people, each a sentence."""
    lines = []
    if affected.seated:
        lines.append(
            ngettext(
                "%(num)s person has a seat and keeps it.",
                "%(num)s people have a seat and keep it.",
                affected.seated,
            )
        )
    if affected.waiting:
        lines.append(
            ngettext(
                "%(num)s person waits and keeps their place in line.",
                "%(num)s people wait and keep their place in line.",
                affected.waiting,
            )
        )
    if affected.asking:
        lines.append(
            ngettext(
                "%(num)s person asks for a seat, and goes on asking.",
                "%(num)s people ask for a seat, and go on asking.",
                affected.asking,
            )
        )
    lines.append(_("Calendars that subscribe follow by themselves."))
    lines.append(_("Nobody is mailed: tell them yourself."))
    return lines
