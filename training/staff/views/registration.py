"""One registration as staff see it: all that is known of it, what was done, and what can be."""

from http import HTTPStatus

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from training.accounts.access import allows, signed_in
from training.accounts.policy import Action
from training.accounts.workplace import SCHEDULE, render_workplace
from training.clock import utc_now
from training.db import transaction
from training.errors import NotFoundError
from training.registrations import answers_queries, service
from training.registrations.forms import NameForm
from training.registrations.note_queries import notes_of
from training.registrations.note_service import add_note, remove_note
from training.registrations.roster_forms import NoteForm
from training.registrations.words import answer_words, cancelled_words, claim_words, declined_words
from training.staff import registration_queries
from training.staff.audit_queries import Filters, trail
from training.staff.registration_queries import RegistrationDetails
from training.staff.views.blueprint import bp
from training.staff.views.lines import lines
from training.staff.words import message_kind, message_state
from training.text import for_display
from training.web.fields import AppForm
from training.web.filters import date_time, registration_label
from training.web.query import number_argument

_PAGE = "staff.registration"


@bp.get("/staff/registrations/<id:registration_id>")
@allows(Action.SEE_ROSTER)
def registration(registration_id: int) -> ResponseReturnValue:
    """Show a registration."""
    return _show(registration_id)


@bp.post("/staff/registrations/<id:registration_id>/notes")
@allows(Action.CHANGE_ROSTER)
def write_note(registration_id: int) -> ResponseReturnValue:
    """Write a note for colleagues, or take one of one's own back."""
    if "remove" in request.form:
        return _remove_note(registration_id)
    form = NoteForm()
    if not form.validate():
        return _show(registration_id, note=form)
    with transaction():
        add_note(registration_id, form.text.data, actor_id=signed_in().person_id, now=utc_now())
    flash(_("The note is written. Only staff read it."))
    return redirect(_url(registration_id, "notes"), code=303)


@bp.post("/staff/registrations/<id:registration_id>/name")
@allows(Action.CHANGE_ROSTER)
def correct_name(registration_id: int) -> ResponseReturnValue:
    """Correct the name under which somebody is registered."""
    form = NameForm()
    if not form.validate():
        return _show(registration_id, name=form)
    with transaction():
        is_changed = service.correct_name(
            registration_id, form.name.data, actor_id=signed_in().person_id, now=utc_now()
        )
    if is_changed:
        flash(_("The name is corrected."))
    return redirect(_url(registration_id), code=303)


def _remove_note(registration_id: int) -> ResponseReturnValue:
    typed = request.form["remove"]
    if not (typed.isascii() and typed.isdecimal() and len(typed) <= 9):  # noqa: PLR2004 -- of a key
        raise NotFoundError
    with transaction():
        remove_note(registration_id, int(typed), actor_id=signed_in().person_id, now=utc_now())
    flash(_("The note is removed."))
    return redirect(_url(registration_id, "notes"), code=303)


def _url(registration_id: int, part: str | None = None) -> str:
    return url_for(_PAGE, registration_id=registration_id, _anchor=part)


def _show(
    registration_id: int, *, note: NoteForm | None = None, name: NameForm | None = None
) -> ResponseReturnValue:
    """Show a registration.

    :param note: as it was typed and refused; :param name: likewise.
    """
    found = registration_queries.get_details(registration_id)
    zone, now = found.timezone, utc_now()
    page = trail(Filters(registration_id=registration_id), before_id=number_argument("before"))
    status = HTTPStatus.UNPROCESSABLE_ENTITY if note or name else HTTPStatus.OK
    rendered = render_workplace(
        "staff/registration.html",
        current=SCHEDULE,
        registration=found,
        name=for_display(found.name),
        facts_of=_facts(found),
        claim=claim_words()[found.claim],
        takes_changes=found.takes_changes(now),
        answers=_answers(found),
        notes=notes_of([registration_id]).get(registration_id, []),
        reader=signed_in().person_id,
        meetings=registration_queries.meetings_of(found),
        replies=registration_queries.replies_to(registration_id),
        answer_words=answer_words(),
        messages=[
            (one, message_kind(one.kind), *message_state(one.status))
            for one in registration_queries.messages_about(registration_id)
        ],
        entries=lines(page, zone),
        older=url_for(
            _PAGE,
            registration_id=registration_id,
            before=page.entries[-1].id,
            _anchor="trail",
        )
        if page.has_older
        else None,
        newest=_url(registration_id, "trail") if number_argument("before") else None,
        timezone=zone,
        note_form=note or NoteForm(formdata=None),
        name_form=name or NameForm(formdata=None, data={"name": found.name}),
        token=AppForm(formdata=None),
        now=now,
    )
    return rendered, status


def _facts(found: RegistrationDetails) -> list[tuple[str, str]]:
    zone = found.timezone
    lapses, answer_by = found.request_expires_at, found.offer_expires_at
    return [
        (_("Status"), _standing(found)),
        (_("E-mail"), found.email or _("None of their own")),
        (_("Ticket"), str(found.ticket)),
        (_("Registered"), date_time(found.registered_at, zone)),
        (_("Registered by"), for_display(found.registered_by or "")),
        (_("Lapses"), date_time(lapses, zone) if lapses and found.status == "requested" else ""),
        (_("Answer by"), date_time(answer_by, zone) if answer_by and found.is_live else ""),
    ]


def _standing(found: RegistrationDetails) -> str:
    """Return how a registration stands, or how it ended, in words."""
    label = registration_label(found.status)
    if found.rank is not None:
        return str(_("%(status)s: %(rank)s. in line", status=label, rank=found.rank))
    if found.cancelled_because is not None and found.successor_id is None:
        return f"{label}: {cancelled_words()[found.cancelled_because]}"
    if found.declined_because is not None:
        was_offered = found.offer_expires_at is not None
        return f"{label}: {declined_words(found.declined_because, was_offered=was_offered)}"
    return label


def _answers(found: RegistrationDetails) -> list[tuple[str, str]]:
    """Return the session's questions in the words of today, with what they answered."""
    given = answers_queries.answers_of([found.id])
    columns = answers_queries.columns(found.training_session_id)
    own = given.get(found.id, {})
    return [
        (one.label, own.get(one.question_id, ""))
        for one in answers_queries.shown_columns(columns, given)
    ]
