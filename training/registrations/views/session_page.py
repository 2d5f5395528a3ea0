"""The page of one session: shared by everybody, or for whoever comes by a code alone."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from training.accounts.access import allows
from training.accounts.policy import Action
from training.clock import utc_now
from training.registrations import queries
from training.registrations.queries import PublicSession, Sitting
from training.registrations.views import structured
from training.registrations.views.blueprint import bp
from training.registrations.views.coming_by_code import Invited, invited_by
from training.registrations.views.public import session_path, shown_date, when_of
from training.sessions.entries import session_slug
from training.sessions.values import Delivery
from training.text import for_display
from training.web.filters import moment
from training.web.shared_pages import shared_page
from training.web.structured_data import breadcrumbs, data_block
from training.web.times import Moment


@bp.get("/sessions/<id:training_session_id>", defaults={"slug": ""})
@bp.get("/sessions/<id:training_session_id>-<slug>")
@allows(Action.READ_PUBLIC)
def detail(training_session_id: int, slug: str) -> ResponseReturnValue:
    """Show one session; an address with an older title leads to the one of today."""
    now = utc_now()
    invited = invited_by(request.args.get("code", ""), training_session_id, now=now)
    training_session = queries.get_public_session(
        training_session_id, is_invited=invited is not None, now=now
    )
    if slug != session_slug(training_session.title):
        address = session_path(training_session.id, training_session.title)
        return redirect(f"{address}?code={invited.code}" if invited else address, code=308)
    if invited:
        return render_template(
            "registrations/invited_session.html", **_shown_session(training_session, invited, now)
        )
    # "Closes tomorrow" says something else on the next day, of UTC and of the session's zone.
    days = {now.astimezone(zone).date() for zone in (UTC, ZoneInfo(training_session.timezone))}
    return shared_page(
        f"{training_session.validator}\n{sorted(days)}",
        lambda: render_template(
            "registrations/detail.html", **_shown_session(training_session, None, now)
        ),
    )


def _shown_session(
    training_session: PublicSession, invited: Invited | None, now: datetime
) -> dict[str, Any]:
    """Return what the page of a session takes."""
    related = queries.related_to(training_session, now=now)
    sittings = [
        (sitting, moment(sitting.starts_at, sitting.ends_at, sitting.timezone))
        for sitting in queries.sittings_of(training_session.id)
    ]
    shown: dict[str, Any] = {
        "training_session": training_session,
        "invited": invited,
        "register_url": url_for(
            "registrations.register",
            training_session_id=training_session.id,
            code=invited.code if invited else None,
        ),
        "sittings": sittings,
        "places": _places(training_session, sittings),
        "others": [shown_date(card) for card in related.dates],
        "of_campaign": [shown_date(card) for card in related.of_campaign],
        "when": when_of(training_session),
        "now": now,
    }
    if invited is None:
        shown |= _told_programs(training_session, sittings)
    return shown


def _places(
    training_session: PublicSession, sittings: Sequence[tuple[Sitting, Moment]]
) -> list[tuple[str, str, str]]:
    """Return each place once, with its address and what it offers people with disabilities."""
    if training_session.delivery is Delivery.ONLINE:
        return []
    return list(
        dict.fromkeys(
            (sitting.place, sitting.address, sitting.accessibility)
            for sitting, _when in sittings
            if sitting.place and (training_session.is_cancelled or not sitting.is_cancelled)
        )
    )


def _told_programs(
    training_session: PublicSession, sittings: Sequence[tuple[Sitting, Moment]]
) -> dict[str, Any]:
    """Return what search engines and networks are told of a session that everybody may see."""
    address = structured.site().address
    url = address + session_path(training_session.id, training_session.title)
    crumbs = [(_("What’s on"), address + url_for("registrations.index"))]
    if training_session.course_slug and training_session.course_title:
        course_url = url_for("registrations.course", course_slug=training_session.course_slug)
        crumbs.append((for_display(training_session.course_title), address + course_url))
    crumbs.append((for_display(training_session.title), url))
    return {
        "url": url,
        "structured": data_block(
            [structured.event_of(training_session, sittings, url=url), breadcrumbs(crumbs)]
        ),
    }
