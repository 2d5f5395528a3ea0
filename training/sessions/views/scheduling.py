"""Scheduling a session: from nothing, for a campaign, or like another one."""

from datetime import date, timedelta
from http import HTTPStatus
from math import ceil
from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from training.accounts.access import allows, signed_in
from training.accounts.policy import Action
from training.campaigns.queries import get_campaign
from training.clock import utc_now
from training.db import transaction
from training.errors import BusyError, ConflictError, DomainError, InvalidInputError
from training.people.service import find_or_make_people
from training.sessions import queries, service
from training.sessions.catalogue_queries import get_template
from training.sessions.fields import parse_day
from training.sessions.forms import MOST_MEETINGS, NewSessionForm, shifted
from training.sessions.queries import Choices, SessionDetails
from training.sessions.values import Origin
from training.sessions.views.blueprint import ROSTER, bp
from training.sessions.views.planning import (
    Unconfirmed,
    begun,
    begun_as,
    defaults_of,
    own_language,
    render_plan,
    seen,
)
from training.web.error_pages import headers_for, status_of
from training.web.query import number_argument

#: What the button that publishes sends; Enter sends nothing, and saves a draft.
PUBLISH = "publish"
#: What the button sends that leads on to a series.
REPEAT = "repeat"
SERIES = "sessions.series"
_WEEK = timedelta(days=7)


@bp.route("/staff/sessions/new", methods=["GET", "POST"])
@allows(Action.SCHEDULE)
def new() -> ResponseReturnValue:
    """Schedule a session."""
    campaign_id, course_id = number_argument("campaign"), number_argument("course")
    is_sent = request.method == "POST"
    form = NewSessionForm(data=None if is_sent else _beginning(campaign_id, course_id))
    choices = queries.form_choices()
    form.offer(choices)
    return _answer(
        form, choices, template="sessions/new.html", campaign_id=campaign_id, course_id=course_id
    )


@bp.route("/staff/sessions/<id:training_session_id>/duplicate", methods=["GET", "POST"])
@allows(Action.SCHEDULE)
def duplicate(training_session_id: int) -> ResponseReturnValue:
    """Schedule a session like another one, some days later; of its people nothing is taken."""
    pattern = queries.get_session(training_session_id, now=utc_now())
    first = min(meeting.wall_start for meeting in pattern.plan.meetings).date()
    on = _day_argument() or _suggested(pattern, first)
    is_sent = request.method == "POST"
    form = NewSessionForm(data=None if is_sent else _copied(pattern, days=(on - first).days))
    choices = queries.form_choices(
        pattern.trainers, course_id=pattern.course_id, campaign_id=pattern.campaign_id
    )
    form.offer(choices, language=pattern.language)
    return _answer(
        form,
        choices,
        template="sessions/duplicate.html",
        copied_from=training_session_id,
        training_session=pattern,
        on=on,
    )


def _answer(
    form: NewSessionForm,
    choices: Choices,
    *,
    template: str,
    copied_from: int | None = None,
    **values: Any,
) -> ResponseReturnValue:
    """Show the form, or schedule what it says."""
    status, refused = HTTPStatus.OK, None
    if form.meetings.change(request.form, most=MOST_MEETINGS) or request.method != "POST":
        pass
    elif not form.validate():
        status = HTTPStatus.UNPROCESSABLE_ENTITY
    else:
        try:
            id_ = _schedule(form, copied_from, is_published=request.form.get("then") == PUBLISH)
            page = SERIES if request.form.get("then") == REPEAT else ROSTER
            return redirect(url_for(page, training_session_id=id_), code=303)
        except (InvalidInputError, BusyError, ConflictError) as error:
            form.refuse(error)
            status, refused = status_of(error), _unconfirmed(error)
    page = render_plan(
        template, form, choices, refused=refused, publish=PUBLISH, repeat=REPEAT, **values
    )
    return page, status, headers_for(status)


def _unconfirmed(error: DomainError) -> Unconfirmed | None:
    return error if isinstance(error, Unconfirmed) else None


def _schedule(form: NewSessionForm, copied_from: int | None, *, is_published: bool) -> int:
    actor_id, now = signed_in().person_id, utc_now()
    with transaction():
        others = find_or_make_people(form.other_trainer)
        training_session_id = service.schedule(
            form.to_plan(list(others.values())),
            form.to_seats(),
            origin=Origin(copied_from=copied_from),
            seen=seen(),
            reason=form.clash_reason.data,
            actor_id=actor_id,
            now=now,
        )
        if copied_from is None:
            service.begin_as_course(training_session_id)
        else:
            service.begin_like(copied_from, [training_session_id])
            service.copy_questions(copied_from, training_session_id, now=now)
        if is_published:
            service.publish(training_session_id, actor_id=actor_id, now=now)
    flash(_("Published.") if is_published else _("Draft saved. Only staff see it so far."))
    return training_session_id


def _beginning(campaign_id: int | None, course_id: int | None) -> dict[str, Any]:
    """Return what a new form shows: what is likely, or what its campaign or its course says."""
    zone = signed_in().timezone or "UTC"
    timezone, language = queries.newest_manner() or (zone, own_language())
    beginning = begun(timezone, language)
    if campaign_id is not None:
        defaults = get_campaign(campaign_id).plan.session_defaults
        beginning |= {**defaults_of(defaults), "campaign_id": str(campaign_id)}
    if course_id is not None:  # what is taught says more than what for
        beginning |= begun_as(get_template(course_id))
    return beginning


def _copied(pattern: SessionDetails, *, days: int) -> dict[str, Any]:
    return {
        **shifted(pattern.plan, days=days),
        "capacity": pattern.seats.capacity,
        "no_limit": pattern.seats.capacity is None,
        "waitlist_capacity": pattern.seats.waitlist_capacity,
    }


def _suggested(pattern: SessionDetails, first: date) -> date:
    """Return the first day a whole number of weeks later that is still to come."""
    since: timedelta = utc_now() - pattern.clock.starts_at
    return first + max(1, ceil(since / _WEEK)) * _WEEK


def _day_argument() -> date | None:
    try:
        return parse_day(request.args.get("on", ""))
    except ValueError:  # such as the 31st of June
        return None
