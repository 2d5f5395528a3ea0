"""Planning many sessions by a rule: every date is shown before anything is made."""

from dataclasses import dataclass
from http import HTTPStatus

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from training.accounts.access import allows, signed_in
from training.accounts.policy import Action
from training.accounts.workplace import SCHEDULE, render_workplace
from training.clock import utc_now
from training.db import transaction
from training.errors import BusyError, ConflictError, DomainError, InvalidInputError
from training.sessions import queries, service
from training.sessions.clash_queries import DescribedClash, described
from training.sessions.planned_queries import PlannedDate, first_day, key_among
from training.sessions.public_holidays import holiday_names
from training.sessions.queries import SessionDetails
from training.sessions.rules.series import MOST_DATES, Frequency, series_dates
from training.sessions.series_forms import SeriesForm
from training.sessions.series_queries import planned_dates
from training.sessions.values import SeatPlan, SeriesPlan
from training.sessions.views.blueprint import ROSTER, bp
from training.sessions.words import planned_notes
from training.submissions.resending import why_refused
from training.submissions.service import KeyReusedError, Send, find_result, is_key, remember
from training.web.error_pages import headers_for, status_of
from training.web.filters import long_date
from training.web.filters.locales import current_locale

#: What the buttons send: looking at the dates writes nothing.
DRAFT, PUBLISH = "draft", "publish"


@dataclass(frozen=True, kw_only=True, slots=True)
class _Row:
    """One date, as the page shows it."""

    iso: str
    day: str
    #: What is to be known of it, as sentences.
    notes: tuple[str, ...]
    clashes: tuple[DescribedClash, ...]
    can_be_made: bool
    is_ticked: bool


@bp.route("/staff/sessions/<id:training_session_id>/series", methods=["GET", "POST"])
@allows(Action.SCHEDULE)
def series(training_session_id: int) -> ResponseReturnValue:
    """Plan further sessions like one, by a rule."""
    pattern = queries.get_session(training_session_id, now=utc_now())
    is_sent = request.method == "POST"
    form = SeriesForm(data=None if is_sent else _beginning(pattern))
    form.offer()
    if not is_sent:
        return _render(pattern, form, None)
    is_valid = form.validate()
    if form.errors.keys() - {"clash_reason"}:
        return _render(pattern, form, None, HTTPStatus.UNPROCESSABLE_ENTITY)
    dates = _dates(pattern, form)
    if not _are_right(dates, form):
        return _render(pattern, form, None, HTTPStatus.UNPROCESSABLE_ENTITY)
    if not is_valid:
        return _render(pattern, form, dates, HTTPStatus.UNPROCESSABLE_ENTITY)
    if request.form.get("then") not in {DRAFT, PUBLISH}:
        return _render(pattern, form, dates)
    return _make(pattern, form, dates)


def _beginning(pattern: SessionDetails) -> dict[str, object]:
    first = first_day(pattern.plan)
    return {
        "interval": 1,
        "weekdays": [str(first.weekday())],
        "position": str(min(4, (first.day - 1) // 7 + 1)),
        "count": 12,
    }


def _dates(pattern: SessionDetails, form: SeriesForm) -> list[PlannedDate]:
    days = series_dates(form.to_rule(), first_day(pattern.plan))
    names = holiday_names(form.countries, days, current_locale())
    return planned_dates(pattern.plan, days, names)


def _are_right(dates: list[PlannedDate], form: SeriesForm) -> bool:
    if not dates:
        form.form_errors.append(_("This rule names no further date."))
    elif len(dates) > MOST_DATES:
        form.form_errors.append(
            _("At most %(most)s sessions can be planned at once.", most=MOST_DATES)
        )
    return bool(dates) and len(dates) <= MOST_DATES


def _make(
    pattern: SessionDetails, form: SeriesForm, dates: list[PlannedDate]
) -> ResponseReturnValue:
    """Make the sessions of the days that are ticked, or show why not."""
    send = _send(pattern.id, form)
    try:
        is_done = find_result(send) is not None
    except KeyReusedError as error:
        form.renew_key()
        form.refuse(error)
        return _render(pattern, form, dates, status_of(error))
    # First of all: what the same form made clashes with what it would make now.
    if is_done:
        return redirect(url_for(ROSTER, training_session_id=pattern.id), code=303)
    status = _why_not(pattern, form, dates)
    if status is not None:
        return _render(pattern, form, dates, status)
    plan = _plan(pattern, form, dates)
    try:
        count = _save(pattern.id, form, plan, send)
    except (ConflictError, InvalidInputError, BusyError) as error:
        return _refused(pattern, form, send, error)
    flash(_told(count, is_published=plan.is_published))
    return redirect(url_for(ROSTER, training_session_id=pattern.id), code=303)


def _chosen(form: SeriesForm, dates: list[PlannedDate]) -> list[PlannedDate]:
    return [one for one in dates if one.day in form.ticked and one.plan is not None]


def _why_not(
    pattern: SessionDetails, form: SeriesForm, dates: list[PlannedDate]
) -> HTTPStatus | None:
    """Say in the form why what is ticked is not made; None: it can be."""
    chosen = _chosen(form, dates)
    clashing = {one.day for one in chosen if one.clashes}
    if not chosen:
        form.form_errors.append(_("Tick at least one date."))
        return HTTPStatus.UNPROCESSABLE_ENTITY
    is_as_shown = request.form.get("revision") == str(pattern.revision)
    if not is_as_shown or {one.day for one in chosen} != form.ticked:
        form.form_errors.append(
            _("A session was changed meanwhile: look at the dates again, nothing was made.")
        )
        return HTTPStatus.CONFLICT
    if not clashing <= form.seen:
        form.form_errors.append(
            _("Something else was planned meanwhile: look at the dates that clash.")
        )
        return HTTPStatus.CONFLICT
    if clashing and not form.clash_reason.data:
        form.clash_reason.errors = [_("Say why this is saved although it clashes.")]
        return HTTPStatus.UNPROCESSABLE_ENTITY
    return None


def _plan(pattern: SessionDetails, form: SeriesForm, dates: list[PlannedDate]) -> SeriesPlan:
    chosen = _chosen(form, dates)
    return SeriesPlan(
        sessions=tuple(one.plan for one in chosen if one.plan is not None),
        seats=SeatPlan(
            capacity=pattern.seats.capacity, waitlist_capacity=pattern.seats.waitlist_capacity
        ),
        revision=pattern.revision,
        clashing=frozenset(number for number, one in enumerate(chosen) if one.clashes),
        countries=form.countries,
        reason=form.clash_reason.data if any(one.clashes for one in chosen) else "",
        is_published=request.form.get("then") == PUBLISH,
    )


def _save(training_session_id: int, form: SeriesForm, plan: SeriesPlan, send: Send) -> int:
    now = utc_now()
    with transaction():
        ids = service.make_series(
            training_session_id, form.to_rule(), plan, actor_id=signed_in().person_id, now=now
        )
        remember(send, {"count": len(ids)}, now=now)
    return len(ids)


def _send(training_session_id: int, form: SeriesForm) -> Send:
    if not is_key(form.key.data or ""):
        form.renew_key()
    return Send(
        key=form.key.data,
        purpose=f"series:{training_session_id}",
        actor_id=signed_in().person_id,
        content={"days": sorted(form.days.data or ()), "then": request.form.get("then")},
    )


def _refused(
    pattern: SessionDetails,
    form: SeriesForm,
    send: Send,
    error: DomainError,
) -> ResponseReturnValue:
    """Show why nothing was made, or what the same form made before."""
    refusal = why_refused(form, send, error)
    if refusal is None:
        return redirect(url_for(ROSTER, training_session_id=pattern.id), code=303)
    form.refuse(refusal)
    # What was read before may be what has changed.
    pattern = queries.get_session(pattern.id, now=utc_now())
    return _render(pattern, form, _dates(pattern, form), status_of(refusal))


def _told(count: int, *, is_published: bool) -> str:
    if is_published:
        return str(ngettext("%(num)s session published.", "%(num)s sessions published.", count))
    return str(
        ngettext(
            "%(num)s draft made. Only staff see it so far.",
            "%(num)s drafts made. Only staff see them so far.",
            count,
        )
    )


def _render(
    pattern: SessionDetails,
    form: SeriesForm,
    dates: list[PlannedDate] | None,
    status: HTTPStatus = HTTPStatus.OK,
) -> ResponseReturnValue:
    rows = _rows(pattern, form, dates or [])
    page = render_workplace(
        "sessions/series.html",
        current=SCHEDULE,
        training_session=pattern,
        form=form,
        rows=rows,
        clashing=sum(bool(row.clashes) for row in rows),
        monthly=Frequency.MONTHLY.value,
        draft=DRAFT,
        publish=PUBLISH,
    )
    return page, status, headers_for(status)


def _rows(pattern: SessionDetails, form: SeriesForm, dates: list[PlannedDate]) -> list[_Row]:
    """Return each date as the page shows it; named all at once, in three statements."""
    flat = [clash for one in dates for clash in one.clashes]
    planned = {key_among(number): long_date(one.day) for number, one in enumerate(dates)}
    shown = iter(described(flat, my_timezone=pattern.timezone, planned=planned))
    is_chosen = request.form.get("then") in {DRAFT, PUBLISH}
    now = utc_now()
    rows = []
    for one in dates:
        clashes = tuple(next(shown) for _clash in one.clashes)
        is_likely = not (one.plan is None or one.holidays or clashes or one.has_begun(now))
        rows.append(
            _Row(
                iso=one.day.isoformat(),
                day=long_date(one.day),
                notes=planned_notes(one, now),
                clashes=clashes,
                can_be_made=one.plan is not None,
                is_ticked=one.day in form.ticked if is_chosen else is_likely,
            )
        )
    return rows
