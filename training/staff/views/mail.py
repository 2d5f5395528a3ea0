"""Mail that did not arrive, or does not leave, and the way to put it right."""

from typing import NamedTuple

from flask import url_for
from flask.typing import ResponseReturnValue

from training.accounts.access import allows, signed_in
from training.accounts.policy import Action
from training.accounts.workplace import DASHBOARD, render_workplace
from training.clock import utc_now
from training.staff import mail_queries
from training.staff.dashboard_values import MAIL_LATE
from training.staff.views.blueprint import bp
from training.staff.words import message_kind
from training.text import for_display
from training.web.filters import date_time


class MailLine(NamedTuple):
    """A mail that did not arrive, as the page shows it."""

    name: str
    email: str | None
    #: The person's page, and where their address is corrected.
    url: str
    edit: str
    kind: str
    when: str
    reason: str


@bp.get("/staff/mail")
@allows(Action.MANAGE_PARTNERS)
def mail() -> ResponseReturnValue:
    """Show whom no mail reaches, and whether mails leave at all."""
    now, zone = utc_now(), signed_in().timezone or "UTC"
    found, waiting = mail_queries.undelivered(now=now), mail_queries.queue()
    lines = [
        MailLine(
            name=for_display(one.name),
            email=one.email,
            url=url_for("staff.person", person_id=one.person_id),
            edit=url_for("staff.edit_person", person_id=one.person_id),
            kind=message_kind(one.kind),
            when=date_time(one.ended_at, zone),
            reason=for_display(one.reason),
        )
        for one in found[: mail_queries.PAGE]
    ]
    return render_workplace(
        "staff/mail.html",
        current=DASHBOARD,
        lines=lines,
        has_more=len(found) > mail_queries.PAGE,
        queue=waiting,
        is_late=waiting is not None and waiting.since <= now - MAIL_LATE,
        since=date_time(waiting.since, zone) if waiting else "",
    )
