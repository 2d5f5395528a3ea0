"""One's own addresses: made, shown once, listed, replaced, revoked."""

from collections.abc import Sequence
from http import HTTPStatus

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from training.accounts.access import allows, signed_in
from training.accounts.policy import Action
from training.accounts.workplace import render_workplace
from training.calendars import service
from training.calendars.forms import FeedForm, Offer, offers_for
from training.calendars.listed import listed_feed, unread_of
from training.calendars.made import made_feed
from training.calendars.views.blueprint import bp
from training.calendars.views.navigation import FEEDS
from training.clock import utc_now
from training.db import transaction
from training.errors import BusyError, ConflictError, InvalidInputError
from training.organizations.queries import organizations_of
from training.submissions.service import Send, is_key
from training.web.error_pages import headers_for, status_of
from training.web.fields import AppForm, sentence


@bp.get("/account/feeds")
@allows(Action.SUBSCRIBE)
def feeds() -> ResponseReturnValue:
    """List one's addresses, and offer the feeds that one may have."""
    offers = _offers()
    return _render(FeedForm(None, data={"what": offers[0].value}), offers)


@bp.post("/account/feeds")
@allows(Action.SUBSCRIBE)
def make_feed() -> ResponseReturnValue:
    """Make an address and show it: this once, because it is stored nowhere."""
    form, offers = FeedForm(), _offers()
    form.offer(offers)
    if not form.validate():
        return _render(form, offers, HTTPStatus.UNPROCESSABLE_ENTITY)
    offer = form.chosen(offers)
    try:
        token = _make(form, offer)
    except (ConflictError, InvalidInputError, BusyError) as error:
        form.refuse(error)
        return _render(form, offers, status_of(error))
    return render_workplace(
        "calendars/made.html",
        current=FEEDS,
        **made_feed(
            token, offer.kind, offer.organization, name=form.name.data, back=url_for(FEEDS)
        ),
    )


@bp.post("/account/feeds/<id:feed_id>/rotate")
@allows(Action.SUBSCRIBE)
def rotate(feed_id: int) -> ResponseReturnValue:
    """Replace one of one's addresses by a new one, and show that: this once."""
    try:
        with transaction():
            new = service.rotate_feed(feed_id, owner_id=signed_in().person_id, now=utc_now())
    except (ConflictError, BusyError) as error:
        offers = _offers()
        form = FeedForm(None, data={"what": offers[0].value})
        return _render(form, offers, status_of(error), refusal=sentence(error))
    return render_workplace(
        "calendars/made.html",
        current=FEEDS,
        **made_feed(
            new.token,
            new.kind,
            new.organization_name,
            name=new.name,
            is_instead=True,
            back=url_for(FEEDS),
        ),
    )


@bp.post("/account/feeds/<id:feed_id>/revoke")
@allows(Action.SUBSCRIBE)
def revoke(feed_id: int) -> ResponseReturnValue:
    """Close one of one's addresses."""
    with transaction():
        is_done = service.revoke_feed(feed_id, owner_id=signed_in().person_id, now=utc_now())
    if is_done:
        flash(_("The address is revoked. Programs that use it get nothing any more."), "ok")
    return redirect(url_for(FEEDS), code=303)


def _make(form: FeedForm, offer: Offer) -> str:
    if not is_key(form.key.data or ""):
        form.renew_key()
    who = signed_in()
    send = Send(key=form.key.data, purpose="feed", actor_id=who.person_id, content=form.content)
    with transaction():
        return service.make_feed(
            offer.kind,
            owner_id=who.person_id,
            organization_id=offer.organization_id,
            name=form.name.data,
            send=send,
            now=utc_now(),
        )


def _offers() -> list[Offer]:
    who = signed_in()
    return offers_for(organizations_of(who.person_id), is_staff=who.staff_role is not None)


def _render(
    form: FeedForm,
    offers: Sequence[Offer],
    status: HTTPStatus = HTTPStatus.OK,
    *,
    refusal: str = "",
) -> ResponseReturnValue:
    form.offer(offers)
    who, now = signed_in(), utc_now()
    found = service.feeds_of(who.person_id)
    unread = unread_of(found, now=now)
    page = render_workplace(
        "calendars/feeds.html",
        current=FEEDS,
        form=form,
        refusal=refusal,
        revoking=AppForm(None),
        feeds=[
            listed_feed(
                feed,
                rotate_url=url_for("calendars.rotate", feed_id=feed.id),
                revoke_url=url_for("calendars.revoke", feed_id=feed.id),
                unread=unread,
                now=now,
            )
            for feed in found
        ],
        timezone=who.timezone or "UTC",
    )
    return page, status, headers_for(status)
