"""A participant's own calendar: whoever has the link of a mail makes an address of a feed there."""

from http import HTTPStatus

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from training.accounts.access import allows
from training.accounts.policy import Action
from training.calendars import service as calendars
from training.calendars.listed import listed_feed, unread_of
from training.calendars.made import made_feed
from training.calendars.values import FeedKind
from training.clock import utc_now
from training.db import transaction
from training.errors import BusyError, ConflictError, InvalidInputError, NotFoundError
from training.registrations.forms import SubscribeForm
from training.registrations.managed_queries import ManagedRegistration
from training.registrations.views.blueprint import bp
from training.registrations.views.manage import get_managed
from training.submissions.service import Send, is_key
from training.web.error_pages import headers_for, status_of
from training.web.fields import AppForm, sentence


@bp.get("/registrations/<link>/calendar")
@allows(Action.MANAGE_OWN_REGISTRATION)
def subscribe(link: str) -> ResponseReturnValue:
    """Offer somebody a calendar of their own sessions, and list the addresses that they have."""
    return _render(link, _get(link), SubscribeForm(None))


@bp.post("/registrations/<link>/calendar")
@allows(Action.MANAGE_OWN_REGISTRATION)
def make_feed(link: str) -> ResponseReturnValue:
    """Make an address and show it: this once, because it is stored nowhere."""
    registration, form = _get(link), SubscribeForm()
    if not form.validate():
        return _render(link, registration, form, HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        token = _make(registration, form)
    except (ConflictError, InvalidInputError, BusyError) as error:
        form.refuse(error)
        return _render(link, registration, form, status_of(error))
    return _render_made(link, token, name=form.name.data)


@bp.post("/registrations/<link>/calendar/<id:feed_id>/rotate")
@allows(Action.MANAGE_OWN_REGISTRATION)
def rotate_feed(link: str, feed_id: int) -> ResponseReturnValue:
    """Replace one of the participant's addresses by a new one, and show that: this once."""
    registration = _get(link)
    try:
        with transaction():
            new = calendars.rotate_feed(
                feed_id, owner_id=registration.person_id, kind=FeedKind.PERSON, now=utc_now()
            )
    except (ConflictError, BusyError) as error:
        status, refusal = status_of(error), sentence(error)
        return _render(link, registration, SubscribeForm(None), status, refusal=refusal)
    return _render_made(link, new.token, name=new.name, is_instead=True)


@bp.post("/registrations/<link>/calendar/<id:feed_id>/revoke")
@allows(Action.MANAGE_OWN_REGISTRATION)
def revoke_feed(link: str, feed_id: int) -> ResponseReturnValue:
    """Close one of the participant's addresses."""
    registration = _get(link)
    with transaction():
        is_done = calendars.revoke_feed(
            feed_id, owner_id=registration.person_id, kind=FeedKind.PERSON, now=utc_now()
        )
    if is_done:
        flash(_("The address is revoked. Programs that use it get nothing any more."), "ok")
    return redirect(url_for("registrations.subscribe", link=link), code=303)


def _get(link: str) -> ManagedRegistration:
    """Return the registration, if its link was mailed to the participant and nobody else.

    The mails of somebody without an address go to whoever registered them, who may see this
    registration and not all others.

    :raise NotFoundError: as for the registration's own page, or the participant has no address.
    """
    registration = get_managed(link)
    if not registration.has_email:
        raise NotFoundError
    return registration


def _make(registration: ManagedRegistration, form: SubscribeForm) -> str:
    if not is_key(form.key.data or ""):
        form.renew_key()
    owner_id = registration.person_id
    send = Send(key=form.key.data, purpose="feed", actor_id=owner_id, content=form.content)
    with transaction():
        return calendars.make_feed(
            FeedKind.PERSON, owner_id=owner_id, name=form.name.data, send=send, now=utc_now()
        )


def _render_made(
    link: str, token: str, *, name: str, is_instead: bool = False
) -> ResponseReturnValue:
    back = url_for("registrations.subscribe", link=link)
    return render_template(
        "registrations/subscribed.html",
        **made_feed(token, FeedKind.PERSON, None, name=name, is_instead=is_instead, back=back),
    )


def _render(
    link: str,
    registration: ManagedRegistration,
    form: SubscribeForm,
    status: HTTPStatus = HTTPStatus.OK,
    *,
    refusal: str = "",
) -> ResponseReturnValue:
    now = utc_now()
    found = calendars.feeds_of(registration.person_id, kind=FeedKind.PERSON)
    unread = unread_of(found, now=now)
    page = render_template(
        "registrations/subscribe.html",
        form=form,
        refusal=refusal,
        revoking=AppForm(None),
        feeds=[
            listed_feed(
                feed,
                rotate_url=url_for("registrations.rotate_feed", link=link, feed_id=feed.id),
                revoke_url=url_for("registrations.revoke_feed", link=link, feed_id=feed.id),
                unread=unread,
                now=now,
            )
            for feed in found
        ],
        registration=registration,
        link=link,
        timezone=registration.reader_timezone or registration.timezone,
    )
    return page, status, headers_for(status)
