"""Moving people to another session, after a look at what that leads to."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus

from flask import flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from wtforms import SelectChoice

from training.accounts.access import allows, signed_in
from training.accounts.policy import Action
from training.accounts.workplace import SCHEDULE, render_workplace
from training.clock import utc_now
from training.db import transaction
from training.errors import ConflictError
from training.registrations import moving_queries, seats
from training.registrations.busy_queries import Whose, busy, titles_of
from training.registrations.errors import AlreadyRegisteredError
from training.registrations.moving_forms import MoveForm
from training.registrations.moving_queries import LiveRow, Target
from training.registrations.rules import overbooked_by, place_moved
from training.registrations.values import SEATED, Outcome, RegistrationStatus
from training.registrations.views.blueprint import bp
from training.registrations.views.roster import roster_url
from training.registrations.words import busy_words
from training.sessions.queries import SessionDetails, get_session
from training.text import for_display
from training.web.error_pages import status_of
from training.web.filters import moment, seats_left


@dataclass(frozen=True, kw_only=True, slots=True)
class _Page:
    """What the form is filled with, read for this request."""

    training_session: SessionDetails
    people: list[LiveRow]
    targets: list[Target]

    def target(self, form: MoveForm) -> Target:
        return next(one for one in self.targets if str(one.id) == form.to.data)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Place:
    """What one of them gets."""

    name: str
    status: RegistrationStatus
    rank: int | None
    is_overbooked: bool
    #: Where they have a seat at the same time, as a sentence; empty: nowhere.
    elsewhere: str = ""


@bp.route("/staff/sessions/<id:training_session_id>/move", methods=["GET", "POST"])
@allows(Action.CHANGE_ROSTER)
def move(training_session_id: int) -> ResponseReturnValue:
    """Choose who moves where, see what follows, then do it."""
    page = _read(training_session_id)
    form = MoveForm()
    form.offer_people(page.people)
    form.to.choices = [SelectChoice(str(one.id), _label(one)) for one in page.targets]
    if request.method != "POST":
        form.people.data = request.args.getlist("people")
        return _ask(page, form, HTTPStatus.OK)
    if request.form.get("do") == "change":
        return _ask(page, form, HTTPStatus.OK)
    if not form.validate():
        return _ask(page, form, HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        return _move(page, form) if request.form.get("do") == "move" else _preview(page, form)
    except ConflictError as error:
        _refuse(page, form, error)
        # As things stand now, which may be the reason.
        return _ask(_read(training_session_id), form, status_of(error))


def _move(page: _Page, form: MoveForm) -> ResponseReturnValue:
    with transaction():
        outcome = seats.move(
            [one.id for one in form.chosen(page.people)],
            int(form.to.data),
            fit=form.fit,
            overbook=form.overbook,
            actor_id=signed_in().person_id,
            now=utc_now(),
        )
    flash(_told(outcome, page.target(form)))
    return redirect(roster_url(page.training_session.id), code=303)


def _refuse(page: _Page, form: MoveForm, error: ConflictError) -> None:
    """Show a refusal: who is registered there already beside the people, else above the form."""
    if not isinstance(error, AlreadyRegisteredError):
        form.refuse(error)
        return
    chosen = form.chosen(page.people)
    names = ", ".join(for_display(chosen[position].name) for position in error.positions)
    form.people.errors = [_("Registered there already: %(names)s.", names=names)]


def _read(training_session_id: int) -> _Page:
    now = utc_now()
    training_session = get_session(training_session_id, now=now)
    return _Page(
        training_session=training_session,
        people=moving_queries.live_rows(training_session_id),
        targets=moving_queries.targets(training_session, now=now),
    )


def _ask(page: _Page, form: MoveForm, status: HTTPStatus) -> ResponseReturnValue:
    rendered = render_workplace(
        "registrations/move.html",
        current=SCHEDULE,
        form=form,
        training_session=page.training_session,
        is_anybody_there=bool(page.people),
    )
    return rendered, status


def _preview(page: _Page, form: MoveForm) -> ResponseReturnValue:
    """Show what the move leads to, as things stand.

    :raise ConflictError: it would be refused.
    """
    leaving, target = form.chosen(page.people), page.target(form)
    there = moving_queries.registered_among(target.id, leaving)
    if there:
        raise AlreadyRegisteredError(tuple(i for i, one in enumerate(leaving) if one in there))
    places = _places(page, leaving, target, form)
    now = utc_now()
    movers = moving_queries.moving_up(page.training_session, page.people, leaving, now=now)
    return render_workplace(
        "registrations/move_preview.html",
        current=SCHEDULE,
        form=form,
        training_session=page.training_session,
        target=target,
        when=moment(target.starts_at, target.ends_at, target.timezone),
        places=places,
        consequences=_consequences(places, movers),
        button=ngettext(
            "Move %(num)s person and tell them", "Move %(num)s people and tell them", len(places)
        ),
    )


def _places(
    page: _Page, leaving: Sequence[LiveRow], target: Target, form: MoveForm
) -> list[_Place]:
    wanted = len(leaving)
    there = seats.seen(target.id, leaving=_given_up(leaving, target, page), now=utc_now())
    beyond = 0
    if form.overbook:
        statuses = [RegistrationStatus.CONFIRMED] * wanted
        held = there.confirmed + there.offered
        beyond = overbooked_by(capacity=there.capacity, held=held, more=wanted)
    else:
        statuses = place_moved(there, [one.organization_id for one in leaving], form.fit)
    busy_in = titles_of(
        busy(
            target.id,
            Whose(
                person_ids=[one.person_id for one in leaving], leaving_id=page.training_session.id
            ),
        )
    )
    places = []
    rank = there.waitlisted
    for position, (one, status) in enumerate(zip(leaving, statuses, strict=True)):
        is_waiting = status is RegistrationStatus.WAITLISTED
        rank += is_waiting
        places.append(
            _Place(
                name=one.name,
                status=status,
                rank=rank if is_waiting else None,
                is_overbooked=position >= wanted - beyond,
                elsewhere=busy_words(busy_in[one.person_id]) if one.person_id in busy_in else "",
            )
        )
    return places


def _given_up(leaving: Sequence[LiveRow], target: Target, page: _Page) -> Counter[int]:
    """Return the seats in the campaign of the target that these people give up for it."""
    if target.campaign_id != page.training_session.campaign_id:
        return Counter()
    return Counter(
        one.organization_id
        for one in leaving
        if one.organization_id is not None and one.status in SEATED
    )


def _consequences(places: Sequence[_Place], movers: Sequence[LiveRow]) -> list[str]:
    seated = sum(one.status is RegistrationStatus.CONFIRMED for one in places)
    waiting = len(places) - seated
    overbooked = sum(one.is_overbooked for one in places)
    lines = [
        seated
        and ngettext(
            "%(num)s person gets a seat there.", "%(num)s people get a seat there.", seated
        ),
        overbooked
        and ngettext(
            "For %(num)s of them there is none: the session is overbooked.",
            "For %(num)s of them there is none: the session is overbooked.",
            overbooked,
        ),
        waiting
        and ngettext(
            "%(num)s person waits there, behind those who wait already.",
            "%(num)s people wait there, behind those who wait already.",
            waiting,
        ),
        _("Each is told once, by mail, and keeps name, organization and consent."),
        ngettext(
            "Here %(num)s person moves up from the waitlist and is told by mail: %(names)s.",
            "Here %(num)s people move up from the waitlist and are told by mail: %(names)s.",
            len(movers),
            names=", ".join(for_display(one.name) for one in movers),
        )
        if movers
        else _("Here nobody moves up."),
    ]
    return [line for line in lines if line]


def _label(target: Target) -> str:
    when = moment(target.starts_at, target.ends_at, target.timezone)
    free = target.free
    if free is None:
        seats_there = _("no limit of seats")
    else:
        seats_there = seats_left(free) if free else _("no free seat")
    label = _(
        "%(date)s, %(clock)s (%(city)s), %(seats)s: %(title)s",
        date=when.date,
        clock=when.clock,
        city=when.city,
        title=for_display(target.title),
        seats=seats_there,
    )
    return str(label)


def _told(outcome: Outcome, target: Target) -> str:
    waiting = sum(one.status is RegistrationStatus.WAITLISTED for one in outcome.placed)
    moved = ngettext(
        "%(num)s person moved to %(title)s, and is told by mail.",
        "%(num)s people moved to %(title)s, and are told by mail.",
        len(outcome.placed),
        title=for_display(target.title),
    )
    if not waiting:
        return str(moved)
    waits = ngettext("%(num)s of them waits there.", "%(num)s of them wait there.", waiting)
    return f"{moved} {waits}"
