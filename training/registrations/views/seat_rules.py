"""By which rules the seats of a session are given."""

from datetime import datetime
from http import HTTPStatus

from flask import flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from training.accounts.access import allows, signed_in
from training.accounts.policy import Action
from training.accounts.workplace import SCHEDULE, render_workplace
from training.clock import WallTimeError, utc_now
from training.db import transaction
from training.errors import BusyError, ConflictError
from training.registrations import seats
from training.registrations.errors import (
    InvalidDecisionError,
    InvalidNamingError,
    StaleSeatsError,
)
from training.registrations.seat_forms import SeatRulesForm, rules_data
from training.registrations.views.blueprint import bp
from training.registrations.views.roster import roster_url
from training.registrations.views.told import told_of_movers
from training.sessions.errors import SessionCancelledError
from training.sessions.queries import get_session
from training.sessions.values import Promotion, SeatRules, SessionStatus
from training.web.error_pages import headers_for, status_of
from training.web.fields import sentence
from training.web.shown import Difference, differing


@bp.route("/staff/sessions/<id:training_session_id>/seats/rules", methods=["GET", "POST"])
@allows(Action.SCHEDULE)
def seat_rules(training_session_id: int) -> ResponseReturnValue:
    """Change by which rules seats are given."""
    training_session = get_session(training_session_id, now=utc_now())
    if training_session.status is SessionStatus.CANCELLED:
        raise SessionCancelledError
    stored = seats.rules_of(training_session_id)
    if request.method != "POST":
        form = SeatRulesForm(data=rules_data(stored))
        form.show(stored)
        return _render(training_session_id, form)
    form = SeatRulesForm()
    if not form.validate():
        return _render(training_session_id, form, HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        is_changed = _change(training_session_id, form, stored)
    except StaleSeatsError as error:
        form.refuse(error)
        stored = seats.rules_of(training_session_id)
        form.show(stored)  # it may be saved over what stands now, which its reader is shown
        differences = differing(_described(stored), _described(form.to_rules()))
        return _render(training_session_id, form, status_of(error), differences)
    except (InvalidDecisionError, InvalidNamingError, WallTimeError) as error:
        is_of_naming = isinstance(error, InvalidNamingError) or not form.decide.data
        control = form.naming_ends if is_of_naming else form.decide
        control.errors = [sentence(error)]
        return _render(training_session_id, form, status_of(error))
    except (ConflictError, BusyError) as error:
        form.refuse(error)
        return _render(training_session_id, form, status_of(error))
    flash(
        told_of_movers(_("Saved."), "session.change_seat_rules", training_session_id)
        if is_changed
        else _("Nothing was changed.")
    )
    return redirect(roster_url(training_session_id), code=303)


def _change(training_session_id: int, form: SeatRulesForm, stored: SeatRules) -> bool:
    if not form.is_of(stored):
        raise StaleSeatsError
    with transaction():
        return seats.change_rules(
            training_session_id,
            form.to_rules(),
            expected=stored,
            actor_id=signed_in().person_id,
            now=utc_now(),
        )


def _render(
    training_session_id: int,
    form: SeatRulesForm,
    status: HTTPStatus = HTTPStatus.OK,
    differences: list[Difference] | None = None,
) -> ResponseReturnValue:
    page = render_workplace(
        "registrations/seat_rules.html",
        current=SCHEDULE,
        form=form,
        training_session=get_session(training_session_id, now=utc_now()),
        differences=differences or [],
    )
    return page, status, headers_for(status)


def _described(rules: SeatRules) -> list[tuple[str, str]]:
    is_offer = rules.promotion is Promotion.OFFER
    return [
        (
            _("When a seat becomes free and people wait"),
            _("It is offered to them, until a deadline")
            if is_offer
            else _("Whoever waits longest has it at once"),
        ),
        (_("Hours to answer an offer"), str(rules.offer_hours)),
        (_("A group may wait as a whole"), _yes_or_no(rules.groups_wait)),
        (_("Single people may pass a group"), _yes_or_no(rules.fills_gaps)),
        (_("Seats for one organization, at most"), _number(rules.organization_limit)),
        (_("Staff decide about everybody who registers"), _yes_or_no(rules.needs_approval)),
        (_("Hours to decide about a request"), _number(rules.approval_hours)),
        (_("People needed, at least"), _number(rules.minimum)),
        (_("Decided by"), _wall(rules.decide)),
        (_("Named by"), _wall(rules.naming_ends)),
    ]


def _yes_or_no(answer: bool) -> str:  # noqa: FBT001 -- the one thing that it says
    return str(_("Yes") if answer else _("No"))


def _wall(wall: datetime | None) -> str:
    return f"{wall:%Y-%m-%d %H:%M}" if wall else ""


def _number(number: int | None) -> str:
    return "" if number is None else str(number)
