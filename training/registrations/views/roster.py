"""One session as staff see it: its facts, its people, and what can be done with both."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from training.accounts.access import allows, signed_in
from training.accounts.policy import Action
from training.accounts.workplace import SCHEDULE, render_workplace
from training.clock import utc_now
from training.registrations import (
    answer_queries,
    answers_queries,
    roster_queries,
    seat_queries,
)
from training.registrations.attending import marks_of
from training.registrations.note_queries import notes_of
from training.registrations.roster_address import arguments, asked
from training.registrations.roster_filters import Column, RosterView
from training.registrations.roster_queries import Place, Roster, RosterRow
from training.registrations.roster_words import column_labels, filter_labels
from training.registrations.views.blueprint import bp
from training.registrations.views.kept_views import kept
from training.registrations.views.public import session_path
from training.registrations.views.roster_urls import roster_url, view_url
from training.registrations.words import (
    answer_words,
    cancelled_words,
    claim_words,
    declined_words,
    obstacle_words,
    shown_answers,
)
from training.sessions.clash_queries import DescribedClash, clashes_of, described
from training.sessions.queries import SessionDetails, get_session
from training.sessions.series_queries import sessions_of_series
from training.sessions.values import SessionStatus
from training.sessions.words import audience_label, seats_in_words
from training.text import for_display
from training.web.fields import AppForm
from training.web.filters import attendance_label, moment
from training.web.query import addresses, number_argument

__all__ = ["ended_word", "is_seat_free", "roster", "roster_url"]

#: So many people are more than one looks through.
SEARCHED_FROM = 20


@bp.get("/staff/sessions/<id:training_session_id>")
@allows(Action.SEE_ROSTER)
def roster(training_session_id: int) -> ResponseReturnValue:
    """Show a session and the people who are or were registered for it, page by page."""
    now = utc_now()
    training_session = get_session(training_session_id, now=now)
    view = asked()
    columns = shown_columns(view, training_session, now)
    answers = answer_queries.answers_of(training_session_id)
    asks_who_came = Column.ATTENDANCE in columns or view.filters.came is not None
    marks = marks_of(training_session_id) if asks_who_came else {}
    found = roster_queries.roster(
        training_session_id,
        view,
        beside=roster_queries.beside_of(
            view.filters,
            answers=answers,
            marks=marks,
            meeting_ids=[one.id for one in _held(training_session)],
            timezone=training_session.timezone,
        ),
        place=_place(),
        most=roster_queries.PAGE,
    )
    return render_workplace(
        "registrations/roster.html",
        current=SCHEDULE,
        training_session=training_session,
        roster=found,
        view=view,
        columns=columns,
        is_searchable=view != RosterView() or found.everybody >= SEARCHED_FROM,
        is_filtered=view.filters != RosterView().filters,
        seats=seats_in_words(training_session.seats, training_session.overbooked_by),
        audience=audience_label(training_session.audience),
        public_url=_public_url(training_session),
        takes_people=(
            training_session.status is SessionStatus.PUBLISHED
            and now < training_session.clock.ends_at
        ),
        in_line=seat_queries.in_line(training_session_id, now=now) if found.waiting else {},
        obstacle_words=obstacle_words(),
        claim_words=claim_words(),
        answers=answers,
        answer_words=answer_words(),
        declined=answer_queries.declined(
            {id_: several for id_, several in answers.items() if id_ in found.seated_ids}
        ),
        ended_words={row.id: ended_word(row) for row in found.ended},
        clashes=_clashes(training_session, now),
        series=sessions_of_series(training_session.series_id) if training_session.series_id else [],
        form=AppForm(),
        now=now,
        **_marked(training_session, columns, marks, now),
        **_said(training_session_id, columns, found),
        **_chosen(training_session, view, found),
    )


def shown_columns(
    view: RosterView, training_session: SessionDetails, now: datetime
) -> tuple[Column, ...]:
    """Return the columns of the page: who came is of interest as soon as anybody can have come."""
    if view.columns:
        return view.columns
    usual = (Column.EMAIL, Column.ORGANIZATION, Column.REGISTERED, Column.CALENDAR)
    has_begun = any(one.starts_at <= now for one in _held(training_session))
    return (*usual, Column.ATTENDANCE) if has_begun else usual


def _held(training_session: SessionDetails) -> list[Any]:
    """Return the meetings that people are expected at."""
    return [one for one in training_session.meetings if not one.is_cancelled]


def _place() -> Place | None:
    """Return where the page begins, as its address says."""
    after, before = number_argument("after"), number_argument("before")
    if after is not None:
        return Place(registration_id=after)
    return None if before is None else Place(registration_id=before, is_backwards=True)


def _marked(
    training_session: SessionDetails,
    columns: tuple[Column, ...],
    marks: Any,
    now: datetime,
) -> dict[str, object]:
    """Return what the column of attendance shows: of each meeting that has begun."""
    begun = [one for one in _held(training_session) if one.starts_at <= now]
    return {
        "begun": [
            (one.id, moment(one.starts_at, one.ends_at, one.timezone).short_date) for one in begun
        ]
        if Column.ATTENDANCE in columns
        else [],
        "marks": marks,
        "mark_label": attendance_label,
    }


def _said(
    training_session_id: int, columns: tuple[Column, ...], found: Roster
) -> dict[str, object]:
    """Return what the columns of answers and notes show, of whoever is on the page."""
    ids = [row.id for row in found.rows]
    given = answers_queries.answers_of(ids) if Column.ANSWERS in columns else {}
    asked_for = answers_queries.columns(training_session_id) if Column.ANSWERS in columns else []
    questions = answers_queries.shown_columns(asked_for, given)
    return {
        "questions": questions,
        "given": shown_answers(questions, given),
        "notes": notes_of(ids) if Column.NOTES in columns else {},
    }


def _chosen(training_session: SessionDetails, view: RosterView, found: Roster) -> dict[str, object]:
    """Return what the bar above the people offers, and where the list goes on."""
    here = training_session.id
    return {
        "labels": filter_labels(),
        "column_labels": column_labels(),
        "meetings_held": [
            (number, moment(one.starts_at, one.ends_at, one.timezone).day_line)
            for number, one in enumerate(_held(training_session), start=1)
        ],
        "url_of": _addresses(),
        "earlier": view_url(here, view, before=found.first) if found.has_earlier else None,
        "later": view_url(here, view, after=found.last) if found.has_later else None,
        "views_url": url_for(
            "registrations.roster_views", training_session_id=here, **arguments(view)
        ),
        "download": {
            ending: url_for(
                "attendance.export_roster",
                training_session_id=here,
                ending=ending,
                **arguments(view),
            )
            for ending in ("csv", "xlsx")
        },
        "tabs_kept": [
            (for_display(one.name), one.url, one.is_current)
            for one in kept(here, view, signed_in().person_id)
        ],
    }


def _addresses() -> dict[str, Callable[[int], str]]:
    """Return what makes the addresses of what can be done with one registration."""
    endpoints = {
        "open": "staff.registration",
        "swap": "registrations.swap",
        "cancel": "registrations.staff_cancel",
        "promote": "registrations.promote",
        "approve": "registrations.approve",
        "refuse": "registrations.refuse",
    }
    return {name: addresses(one, "registration_id") for name, one in endpoints.items()}


def _clashes(training_session: SessionDetails, now: datetime) -> list[DescribedClash]:
    """Return what stands in the way of a session that is not over, published or not yet."""
    trainer_ids = frozenset(one.person_id for one in training_session.trainers)
    wants_nothing = not trainer_ids and not any(one.venue for one in training_session.meetings)
    if wants_nothing or now >= training_session.clock.ends_at:
        return []
    found = clashes_of(training_session.id, trainer_ids)
    return described(found, my_timezone=training_session.timezone)


def is_seat_free(training_session: SessionDetails) -> bool:
    """Tell whether there is a seat that nobody has and that is held for no organization."""
    counts = training_session.seats
    return counts.capacity is None or training_session.held + counts.kept < counts.capacity


def ended_word(row: RosterRow) -> str:
    """Return how a registration ended, in words."""
    if row.successor is not None:
        if row.successor.is_moved:
            title = for_display(row.successor.title)
            return str(_("Moved to %(title)s", title=title))
        return str(_("%(name)s comes instead", name=for_display(row.successor.name)))
    if row.is_cancelled_by_organization:
        return str(_("Cancelled by their organization"))
    if row.cancelled_because is None:
        return declined_words(row.declined_because, was_offered=row.offer_expires_at is not None)
    return cancelled_words()[row.cancelled_because]


def _public_url(training_session: SessionDetails) -> str | None:
    """Return the address of the page for everybody, where there is one."""
    if not training_session.is_listed:
        return None
    return session_path(training_session.id, training_session.title)
