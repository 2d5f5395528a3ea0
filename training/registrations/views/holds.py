"""Seats of a session that are kept for organizations: what is held, and releasing it."""

from dataclasses import dataclass
from http import HTTPStatus

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from training.accounts.access import allows, signed_in
from training.accounts.policy import Action
from training.accounts.workplace import SCHEDULE, render_workplace
from training.clock import WallTimeError, utc_now
from training.db import transaction
from training.errors import BusyError, ConflictError, DomainError, InvalidInputError, NotFoundError
from training.organizations.queries import active_organizations
from training.registrations import seat_queries, seats
from training.registrations.errors import (
    HoldTooLargeError,
    InvalidReleaseError,
    StaleSeatsError,
)
from training.registrations.seat_forms import HoldForm, NewHoldForm
from training.registrations.seat_queries import HeldSeats
from training.registrations.views.blueprint import bp
from training.registrations.views.told import told_of_movers
from training.sessions.queries import SessionDetails, get_session
from training.sessions.values import HoldPlan, SessionStatus
from training.sessions.words import seats_in_words
from training.text import for_display
from training.web.error_pages import headers_for, status_of
from training.web.fields import AppForm, sentence
from training.web.shown import Difference, differing


@bp.route("/staff/sessions/<id:training_session_id>/holds", methods=["GET", "POST"])
@allows(Action.SCHEDULE)
def holds(training_session_id: int) -> ResponseReturnValue:
    """Show for whom seats are held, and hold more."""
    form = NewHoldForm()
    form.offer(active_organizations())
    if request.method != "POST":
        return _render_list(training_session_id, form, HTTPStatus.OK)
    if not form.validate():
        return _render_list(training_session_id, form, HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        _set(training_session_id, int(form.organization_id.data), form.to_hold(), None)
    except (ConflictError, InvalidInputError, BusyError) as error:
        _show(form, error)
        return _render_list(training_session_id, form, status_of(error))
    return redirect(_holds_url(training_session_id), code=303)


@bp.route(
    "/staff/sessions/<id:training_session_id>/holds/<id:organization_id>", methods=["GET", "POST"]
)
@allows(Action.SCHEDULE)
def change_hold(training_session_id: int, organization_id: int) -> ResponseReturnValue:
    """Change how many seats are held for an organization, and until when."""
    page = _read(training_session_id, organization_id)
    if request.method != "POST":
        form = HoldForm(data={"seats": page.hold.plan.seats, "release": page.hold.plan.release})
        form.show(page.stands)
        return _render_hold(page, form)
    form = HoldForm()
    if not form.validate():
        return _render_hold(page, form, HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        _change(page, form)
    except StaleSeatsError as error:
        form.refuse(error)
        page = _read(training_session_id, organization_id)
        form.show(page.stands)
        differences = differing(_described(page.stands), _described(form.to_hold()))
        return _render_hold(page, form, status_of(error), differences)
    except (ConflictError, InvalidInputError, BusyError) as error:
        _show(form, error)
        return _render_hold(page, form, status_of(error))
    return redirect(_holds_url(training_session_id), code=303)


@bp.route(
    "/staff/sessions/<id:training_session_id>/holds/<id:organization_id>/release",
    methods=["GET", "POST"],
)
@allows(Action.SCHEDULE)
def release_hold(training_session_id: int, organization_id: int) -> ResponseReturnValue:
    """Keep an organization's seats no longer, from a page that says who gets them."""
    page = _read(training_session_id, organization_id)
    form = AppForm()
    if form.validate_on_submit():
        with transaction():
            is_done = seats.release_hold(
                training_session_id,
                organization_id,
                actor_id=signed_in().person_id,
                now=utc_now(),
            )
        flash(
            told_of_movers(_("Released."), "hold.release", training_session_id)
            if is_done
            else _("These seats were released before. Nothing was changed.")
        )
        return redirect(_holds_url(training_session_id), code=303)
    if page.hold.released_at is not None:
        flash(_("These seats were released before. Nothing was changed."), "info")
        return redirect(_holds_url(training_session_id), code=303)
    return render_workplace(
        "registrations/release_hold.html",
        current=SCHEDULE,
        form=form,
        training_session=page.training_session,
        hold=page.hold,
        consequences=_of_releasing(page),
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class _Page:
    """One organization's seats, read for this request."""

    training_session: SessionDetails
    hold: HeldSeats

    @property
    def stands(self) -> HoldPlan | None:
        """What is held now; what was released is not."""
        return None if self.hold.released_at else self.hold.plan


def _read(training_session_id: int, organization_id: int) -> _Page:
    """Read what is or was held for an organization.

    :raise NotFoundError: nothing was, or there is no such session.
    """
    training_session = get_session(training_session_id, now=utc_now())
    for one in seat_queries.holds_of(training_session_id):
        if one.organization_id == organization_id:
            return _Page(training_session=training_session, hold=one)
    raise NotFoundError


def _holds_url(training_session_id: int) -> str:
    return url_for("registrations.holds", training_session_id=training_session_id)


def _change(page: _Page, form: HoldForm) -> None:
    if not form.is_of(page.stands):
        raise StaleSeatsError
    _set(page.training_session.id, page.hold.organization_id, form.to_hold(), page.stands)


def _set(
    training_session_id: int, organization_id: int, plan: HoldPlan, expected: HoldPlan | None
) -> None:
    """Hold seats, and say what came of it."""
    with transaction():
        is_changed = seats.set_hold(
            training_session_id,
            organization_id,
            plan,
            expected=expected,
            actor_id=signed_in().person_id,
            now=utc_now(),
        )
    flash(
        told_of_movers(_("Saved."), "hold.set", training_session_id)
        if is_changed
        else _("Nothing was changed.")
    )


def _show(form: NewHoldForm | HoldForm, error: DomainError) -> None:
    """Show a refusal beside the field that it is about."""
    if isinstance(error, HoldTooLargeError):
        form.seats.errors = [sentence(error)]
    elif isinstance(error, InvalidReleaseError | WallTimeError):
        form.release.errors = [sentence(error)]
    else:
        form.refuse(error)


def _render_list(
    training_session_id: int, form: NewHoldForm, status: HTTPStatus
) -> ResponseReturnValue:
    now = utc_now()
    training_session = get_session(training_session_id, now=now)
    page = render_workplace(
        "registrations/holds.html",
        current=SCHEDULE,
        form=form,
        training_session=training_session,
        seats=seats_in_words(training_session.seats, training_session.overbooked_by),
        holds=seat_queries.holds_of(training_session_id),
        may_hold=_may_hold(training_session),
    )
    return page, status, headers_for(status)


def _may_hold(training_session: SessionDetails) -> bool:
    return (
        training_session.status is not SessionStatus.CANCELLED
        and utc_now() < training_session.clock.starts_at
    )


def _render_hold(
    page: _Page,
    form: HoldForm,
    status: HTTPStatus = HTTPStatus.OK,
    differences: list[Difference] | None = None,
) -> ResponseReturnValue:
    rendered = render_workplace(
        "registrations/hold.html",
        current=SCHEDULE,
        form=form,
        training_session=page.training_session,
        hold=page.hold,
        differences=differences or [],
    )
    return rendered, status, headers_for(status)


def _described(plan: HoldPlan | None) -> list[tuple[str, str]]:
    if plan is None:
        return [(_("Seats"), _("Released")), (_("Released"), "")]
    release = f"{plan.release:%Y-%m-%d %H:%M}" if plan.release else _("When the session starts")
    return [(_("Seats"), str(plan.seats)), (_("Released"), release)]


def _of_releasing(page: _Page) -> list[str]:
    """Return what releasing does, each a sentence."""
    left = page.hold.left
    moved = seat_queries.moving_up_by_release(
        page.training_session.id,
        page.hold.organization_id,
        page.training_session.clock,
        now=utc_now(),
    )
    name = for_display(page.hold.organization)
    return [
        _("Whoever of %(organization)s has a seat keeps it.", organization=name),
        ngettext(
            "%(num)s seat is kept free for them no longer.",
            "%(num)s seats are kept free for them no longer.",
            left,
        )
        if left
        else _("They have used all of these seats, so no seat becomes free."),
        ngettext(
            "%(num)s person moves up from the waitlist and is told by mail.",
            "%(num)s people move up from the waitlist and are told by mail.",
            moved,
        )
        if moved
        else _("Nobody moves up from the waitlist."),
    ]
