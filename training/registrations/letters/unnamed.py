"""The mails about reserved seats that nobody is named for: one for an organization and session."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import partial

import sqlalchemy as sa
from flask import current_app, render_template
from flask_babel import force_locale, gettext
from sqlalchemy.orm import joinedload

from training import text
from training.config import Settings
from training.db import db
from training.notifications.values import MessageFacts, Rendered, Renderers, Untold
from training.organizations.models import Organization
from training.registrations import messages
from training.registrations.letters import addressee as addressees
from training.registrations.letters.addressee import Addressee
from training.registrations.letters.sittings import Sitting, sitting_of
from training.registrations.models import Registration
from training.registrations.naming_queries import naming_ends_at
from training.registrations.values import CancelledBecause, RegistrationStatus
from training.sessions.entries import WITH_MEETINGS, in_order
from training.sessions.models import TrainingSession
from training.web.filters import date_time

# Flask-Babel has no type information; the name is what the extraction of messages looks for.
_: Callable[..., str] = gettext

_MORE_THAN_A_BLANK_LINE = re.compile(r"\n{3,}")


class About(StrEnum):
    """What an organization is told of seats that nobody is named for."""

    SOON = "soon"
    RELEASED = "released"
    CANCELLED = "cancelled"
    RESTORED = "restored"


#: Told of what is not so any more, nobody would know what to do.
_WHILE_HELD = frozenset({About.SOON, About.RESTORED})


@dataclass(frozen=True, kw_only=True, slots=True)
class _Letter:
    """One mail being written; what the template speaks of."""

    name: str
    organization: str
    title: str
    #: How many seats it is about.
    seats: int
    about: About
    deadline: str
    sittings: list[Sitting]
    url: str
    base_url: str


def _render(facts: MessageFacts, *, about: About) -> Rendered | Untold:
    """Write about an organization's reserved seats, if there still are such."""
    registration = db.session.scalars(
        sa.select(Registration)
        .where(Registration.id == facts.registration_id)
        .options(joinedload(Registration.person), joinedload(Registration.training_session))
        .execution_options(populate_existing=True)
    ).one()
    ends_at = naming_ends_at(registration.training_session_id)
    number = _number_of(registration, about)
    if not number or (about in _WHILE_HELD and facts.now >= ends_at):
        return Untold.OUTDATED
    addressee = addressees.find(registration)
    if addressee is None:
        return Untold.NO_ADDRESS
    with force_locale(addressee.locale):
        letter = _letter(registration, addressee, number, ends_at, about)
        body = render_template("emails/registrations/unnamed.txt", letter=letter)
        return Rendered(
            to_name=letter.name,
            to_address=addressee.address,
            subject=_subject(letter),
            text=_MORE_THAN_A_BLANK_LINE.sub("\n\n", body).strip() + "\n",
        )


def _number_of(registration: Registration, about: About) -> int:
    """Return how many seats are concerned: nameless now, or given up with this one."""
    because = {
        About.RELEASED: CancelledBecause.UNNAMED,
        About.CANCELLED: CancelledBecause.SESSION,
    }
    concerned = (
        (Registration.status == RegistrationStatus.CONFIRMED,)
        if about in _WHILE_HELD
        else (
            Registration.cancelled_because == because[about],
            Registration.revised_at == registration.revised_at,
        )
    )
    return (
        db.session.scalar(
            sa.select(sa.func.count()).where(
                Registration.training_session_id == registration.training_session_id,
                Registration.organization_id == registration.organization_id,
                Registration.is_placeholder,
                *concerned,
            )
        )
        or 0
    )


def _letter(
    registration: Registration,
    addressee: Addressee,
    number: int,
    ends_at: datetime,
    about: About,
) -> _Letter:
    settings: Settings = current_app.extensions["settings"]
    session = db.session.scalars(
        WITH_MEETINGS.where(TrainingSession.id == registration.training_session_id)
    ).one()
    organization = db.session.get_one(Organization, registration.organization_id)
    meetings = in_order(session)
    page = "/name" if about in _WHILE_HELD else ""
    return _Letter(
        name=text.unlinked(addressee.name),
        organization=text.unlinked(organization.name),
        title=text.cleaned_line(session.title),
        seats=number,
        about=about,
        deadline=date_time(ends_at, session.timezone),
        sittings=[
            sitting_of(
                meeting,
                locale=addressee.locale,
                timezone=addressee.timezone,
                gives_way_in=False,
            )
            for meeting in [one for one in meetings if one.cancelled_at is None] or meetings
        ],
        url=f"{settings.base_url}/organization/{organization.slug}/sessions/{session.id}{page}",
        base_url=settings.base_url,
    )


def _subject(letter: _Letter) -> str:
    match letter.about:
        case About.RELEASED:
            return _("Reserved seats given up: %(title)s", title=letter.title)
        case About.CANCELLED:
            return _("Session cancelled: %(title)s", title=letter.title)
        case About.RESTORED:
            return _("It takes place: %(title)s", title=letter.title)
        case About.SOON:
            return _("Please name who comes: %(title)s", title=letter.title)


#: Kind of message → who writes it.
RENDERERS: Renderers = {
    messages.UNNAMED_SOON: partial(_render, about=About.SOON),
    messages.UNNAMED_RELEASED: partial(_render, about=About.RELEASED),
    messages.UNNAMED_CANCELLED: partial(_render, about=About.CANCELLED),
    messages.UNNAMED_RESTORED: partial(_render, about=About.RESTORED),
}
