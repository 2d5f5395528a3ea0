"""The mails of accounts, written when they are sent: their links are stored nowhere. ADR 0009."""

import re
from collections.abc import Callable
from datetime import datetime

import sqlalchemy as sa
from flask import current_app, render_template
from flask_babel import force_locale, gettext

from training import links, text
from training.accounts import messages
from training.accounts.models import Account, Invitation, PasswordReset
from training.accounts.queries import organization_name
from training.accounts.values import RESET_LASTS
from training.accounts.words import invited_as
from training.config import Settings
from training.db import db
from training.links import Purpose
from training.notifications.values import MessageFacts, Rendered, Renderers, Untold
from training.people.locales import known_locale
from training.people.models import Person
from training.web.filters import date_time

# Flask-Babel has no type information; the name is what the extraction of messages looks for.
_: Callable[..., str] = gettext

_MORE_THAN_A_BLANK_LINE = re.compile(r"\n{3,}")


def render_invitation(facts: MessageFacts) -> Rendered | Untold:
    """Write an invitation, if it is still open."""
    row = db.session.get_one(Invitation, facts.subject_id, populate_existing=True)
    is_open = row.accepted_at is None and row.revoked_at is None and row.expires_at > facts.now
    if not is_open:
        return Untold.OUTDATED
    person = db.session.get_one(Person, row.person_id, populate_existing=True)
    inviter = row.invited_by and db.session.get(Person, row.invited_by)
    organization = organization_name(row.organization_id)
    link = _link(Purpose.INVITE, row.public_id, person)
    settings: Settings = current_app.extensions["settings"]
    return _written(
        person,
        "invitation",
        lambda: _("Invitation to %(site)s", site=settings.site_name),
        link=link,
        inviter=text.unlinked(inviter.name) if inviter else None,
        what=invited_as(row.staff_role, organization and text.unlinked(organization)),
        url=f"{settings.base_url}/account/invitation/{link}",
        until=_shown(row.expires_at, person),
        has_account=db.session.scalar(sa.select(Account.id).where(Account.person_id == person.id))
        is not None,
    )


def render_reset(facts: MessageFacts) -> Rendered | Untold:
    """Write the mail with the link to a new password, if it still opens something."""
    row = db.session.get_one(PasswordReset, facts.subject_id, populate_existing=True)
    if row.ended_at is not None or row.expires_at <= facts.now:
        return Untold.OUTDATED
    person = db.session.get_one(Person, facts.recipient_id, populate_existing=True)
    link = _link(Purpose.RESET, row.public_id, person)
    settings: Settings = current_app.extensions["settings"]
    return _written(
        person,
        "reset",
        lambda: _("A new password for %(site)s", site=settings.site_name),
        link=link,
        url=f"{settings.base_url}/account/reset/{link}",
        minutes=int(RESET_LASTS.total_seconds() // 60),
    )


def render_password_changed(facts: MessageFacts) -> Rendered | Untold:
    """Write the mail that tells of a new password."""
    person = db.session.get_one(Person, facts.recipient_id, populate_existing=True)
    settings: Settings = current_app.extensions["settings"]
    return _written(
        person,
        "password_changed",
        lambda: _("Your password for %(site)s was changed", site=settings.site_name),
        at=_shown(facts.queued_at, person),
        url=f"{settings.base_url}/account/forgot",
    )


def _link(purpose: Purpose, public_id: str, person: Person) -> str:
    settings: Settings = current_app.extensions["settings"]
    return links.make(settings.secret_keys[0], purpose, public_id, person.link_epoch)


def _shown(at: datetime, person: Person) -> str:
    return str(date_time(at, person.timezone or "UTC"))


def _written(
    person: Person, template: str, subject: Callable[[], str], *, link: str = "", **values: object
) -> Rendered | Untold:
    if not person.email or person.erased_at is not None:
        return Untold.NO_ADDRESS
    settings: Settings = current_app.extensions["settings"]
    name = text.unlinked(person.name)
    body = render_template(
        f"emails/accounts/{template}.txt", name=name, base_url=settings.base_url, **values
    )
    return Rendered(
        to_name=name,
        to_address=person.email,
        subject=subject(),
        text=_MORE_THAN_A_BLANK_LINE.sub("\n\n", body).strip() + "\n",
        secrets=(link,) if link else (),
    )


def _in_their_language(
    render: Callable[[MessageFacts], Rendered | Untold],
) -> Callable[[MessageFacts], Rendered | Untold]:
    def render_theirs(facts: MessageFacts) -> Rendered | Untold:
        locale = db.session.scalars(
            sa.select(Person.locale).where(Person.id == facts.recipient_id)
        ).one()
        with force_locale(known_locale(locale)):
            return render(facts)

    return render_theirs


#: Kind of message → who writes it.
RENDERERS: Renderers = {
    messages.INVITATION: _in_their_language(render_invitation),
    messages.RESET: _in_their_language(render_reset),
    messages.PASSWORD_CHANGED: _in_their_language(render_password_changed),
}
