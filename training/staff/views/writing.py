"""Writing to just those people whose calendars have an old time of a session."""

from datetime import datetime
from http import HTTPStatus

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from training.accounts.access import allows, signed_in
from training.accounts.policy import Action
from training.accounts.workplace import SCHEDULE, render_workplace
from training.calendars.listed import ago
from training.clock import utc_now
from training.db import transaction
from training.errors import BusyError, ConflictError, DomainError, InvalidInputError
from training.staff import calendar_service
from training.staff.calendar_forms import OldTimeForm
from training.staff.calendar_queries import session_calendars
from training.staff.calendar_values import WRITTEN_TO, ReaderGroup, Recipient, SessionCalendars
from training.staff.calendar_words import number_of
from training.staff.letters import Reader, sample
from training.staff.views.blueprint import bp
from training.staff.views.calendars import OF_SESSION, crumbs_of
from training.submissions.resending import why_refused
from training.submissions.service import Send, is_key
from training.text import for_display
from training.web.error_pages import headers_for, status_of
from training.web.filters.locales import current_locale


@bp.route("/staff/sessions/<id:training_session_id>/calendars/write", methods=["GET", "POST"])
@allows(Action.SCHEDULE)
def write_to_outdated(training_session_id: int) -> ResponseReturnValue:
    """Write to those trainers and participants who still have an old time."""
    now = utc_now()
    session = session_calendars(training_session_id, now=now)
    form = OldTimeForm()
    _offer(form, session, now)
    if request.method != "POST":
        form.groups.data = [group.value for group in WRITTEN_TO if _left(session, group, now)]
        return _render(form, session, now, HTTPStatus.OK)
    if not form.validate():
        return _render(form, session, now, HTTPStatus.UNPROCESSABLE_ENTITY)
    send = _send(training_session_id, form)
    try:
        with transaction():
            count = calendar_service.write_to_outdated(
                training_session_id,
                form.chosen,
                note=form.note.data,
                again=form.again.data,
                send=send,
                actor_id=signed_in().person_id,
                now=now,
            )
    except (ConflictError, InvalidInputError, BusyError) as error:
        return _refused(training_session_id, form, send, error)
    flash(
        ngettext(
            "%(num)s mail with the present time is on its way.",
            "%(num)s mails with the present time are on their way.",
            count,
        )
    )
    return redirect(url_for(OF_SESSION, training_session_id=training_session_id), code=303)


def _send(training_session_id: int, form: OldTimeForm) -> Send:
    if not is_key(form.key.data or ""):
        form.renew_key()
    return Send(
        key=form.key.data,
        purpose=f"old-time:{training_session_id}",
        actor_id=signed_in().person_id,
        content=form.content,
    )


def _refused(
    training_session_id: int, form: OldTimeForm, send: Send, error: DomainError
) -> ResponseReturnValue:
    """Show that the same send was done before, if it was; else why not, with what is true now."""
    refusal = why_refused(form, send, error)
    if refusal is None:
        return redirect(url_for(OF_SESSION, training_session_id=training_session_id), code=303)
    now = utc_now()
    session = session_calendars(training_session_id, now=now)
    _offer(form, session, now)
    form.refuse(refusal)
    return _render(form, session, now, status_of(refusal))


def _offer(form: OldTimeForm, session: SessionCalendars, now: datetime) -> None:
    # Both, also where nobody is left: whoever chose them before is told so.
    form.offer([(group, number_of(group, _left(session, group, now))) for group in WRITTEN_TO])


def _left(session: SessionCalendars, group: ReaderGroup, now: datetime) -> int:
    return len(session.recipients([group], again=False, now=now))


def _render(
    form: OldTimeForm, session: SessionCalendars, now: datetime, status: HTTPStatus
) -> ResponseReturnValue:
    outdated = [] if now >= session.ends_at else session.outdated
    reached = [one for one in outdated if one.has_address]
    told = [one for one in reached if one.told_at is not None]
    subject, text = _sample(session)
    page = render_workplace(
        "staff/write_to_outdated.html",
        current=SCHEDULE,
        form=form,
        title=for_display(session.title),
        is_over=now >= session.ends_at,
        left=[_named(one) for one in reached if one.told_at is None],
        told=[_named_with_time(one, now) for one in told],
        unreached=[_named(one) for one in outdated if not one.has_address],
        subject=subject,
        text=text,
        crumbs=[*crumbs_of(session), (_("Calendars"), _back(session))],
        back=_back(session),
    )
    return page, status, headers_for(status)


def _back(session: SessionCalendars) -> str:
    return url_for(OF_SESSION, training_session_id=session.id)


def _sample(session: SessionCalendars) -> tuple[str, str]:
    """Return the mail as whoever asks would get it as a trainer."""
    who = signed_in()
    reader = Reader(
        name=for_display(who.name),
        locale=current_locale(),
        timezone=who.timezone,
        is_trainer=True,
        has_seat=True,
    )
    return sample(session.id, reader)


def _named(one: Recipient) -> str:
    name = for_display(one.name)
    if one.group is ReaderGroup.TRAINERS:
        return str(_("%(name)s, trainer", name=name))
    return str(_("%(name)s, participant", name=name))


def _named_with_time(one: Recipient, now: datetime) -> str:
    assert one.told_at is not None
    return str(_("%(whom)s: %(ago)s", whom=_named(one), ago=ago(one.told_at, now)))
