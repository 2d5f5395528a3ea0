"""What a participant does by the link in a mail: see, correct the name, cancel. No account.

Answering an offered seat: ``answering``.
"""

from http import HTTPStatus

from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from training import links
from training.accounts.access import allows
from training.accounts.policy import Action
from training.clock import utc_now
from training.config import Settings
from training.db import transaction
from training.errors import ConflictError, NotFoundError
from training.registrations import managed_queries, moving_queries, queries, seats, service
from training.registrations.busy_queries import Whose, busy
from training.registrations.errors import LinkEndedError
from training.registrations.forms import NameForm
from training.registrations.managed_queries import ManagedRegistration
from training.registrations.question_fields import AnswersForm
from training.registrations.values import CancelledBecause
from training.registrations.views.answer_forms import answers_form
from training.registrations.views.blueprint import bp
from training.registrations.views.public import session_path, when_of
from training.sessions.affected import Elsewhere
from training.web.error_pages import headers_for, status_of
from training.web.fields import AppForm, sentence
from training.web.filters import moment


@bp.get("/registrations/<link>")
@allows(Action.MANAGE_OWN_REGISTRATION)
def manage(link: str) -> ResponseReturnValue:
    """Show how a registration stands, and what its participant can do with it."""
    registration = get_managed(link)
    moved = managed_queries.find_moved(registration.id) if registration.has_successor else None
    if moved:
        settings: Settings = current_app.extensions["settings"]
        there = links.make(
            settings.secret_keys[0], links.Purpose.MANAGE, moved.public_id, moved.link_epoch
        )
        return redirect(url_for("registrations.manage", link=there), code=303)
    return render_managed(link, registration)


@bp.post("/registrations/<link>/name")
@allows(Action.MANAGE_OWN_REGISTRATION)
def correct_name(link: str) -> ResponseReturnValue:
    """Correct the name under which somebody is registered."""
    registration = get_managed(link)
    form = NameForm()
    if not form.validate():
        return render_managed(link, registration, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        with transaction():
            is_changed = service.correct_name(
                registration.id, form.name.data, actor_id=registration.person_id, now=utc_now()
            )
    except NotFoundError:  # cancelled: the page says so
        return redirect(url_for("registrations.manage", link=link), code=303)
    if is_changed:
        flash(_("The name is corrected."), "ok")
    return redirect(url_for("registrations.manage", link=link), code=303)


@bp.route("/registrations/<link>/cancel", methods=["GET", "POST"])
@allows(Action.MANAGE_OWN_REGISTRATION)
def cancel(link: str) -> ResponseReturnValue:
    """Say what cancelling means, then do it: opening the page changes nothing, mail scanners do."""
    registration = get_managed(link)
    refusal, status = "", HTTPStatus.OK
    if request.method == "POST":
        try:
            with transaction():
                is_done = seats.cancel(
                    registration.id,
                    because=CancelledBecause.PERSON,
                    actor_id=registration.person_id,
                    now=utc_now(),
                )
        except ConflictError as error:
            refusal, status = sentence(error), status_of(error)
        else:
            if is_done:
                flash(_done(registration), "ok")
            return redirect(url_for("registrations.manage", link=link), code=303)
    page = render_template(
        "registrations/cancel.html",
        form=AppForm(None),
        refusal=refusal,
        passes_on=_passes_on(registration),
        **_facts(link, registration),
    )
    return page, status


def _passes_on(registration: ManagedRegistration) -> bool:
    """Tell whether the seat goes to somebody who waits, if it is given up now."""
    if not (registration.has_seat or registration.is_offered):
        return False
    return bool(moving_queries.moving_up_after(registration.id, now=utc_now()))


def _done(registration: ManagedRegistration) -> str:
    if registration.is_requested:
        return str(_("Your request is withdrawn. Thank you for telling us."))
    return str(_("Your registration is cancelled. Thank you for telling us."))


def get_managed(link: str) -> ManagedRegistration:
    """Return the registration that a link opens.

    :raise NotFoundError: nobody made such a link.
    :raise LinkEndedError: it was replaced by a newer one.
    """
    settings: Settings = current_app.extensions["settings"]
    claimed = links.read(settings.secret_keys, links.Purpose.MANAGE, link)
    found = managed_queries.find_managed(claimed.public_id, now=utc_now()) if claimed else None
    if claimed is None or found is None:
        raise NotFoundError
    if claimed.epoch != found.link_epoch:
        raise LinkEndedError
    return found


def render_managed(
    link: str,
    registration: ManagedRegistration,
    form: NameForm | None = None,
    *,
    answers: AnswersForm | None = None,
    refusal: str = "",
    status: HTTPStatus = HTTPStatus.OK,
) -> ResponseReturnValue:
    """Show how a registration stands.

    :param form: the name as it was typed; None: as it stands.
    :param answers: to the session's questions, as they were sent; None: as they stand.
    :param refusal: why something was not done just now.
    """
    read = queries.sittings_with_links_of if registration.has_seat else queries.sittings_of
    zone = registration.reader_timezone
    if answers is None and registration.asks_questions:
        answers = answers_form(registration.id, registration.session_id, is_sent=False)
    page = render_template(
        "registrations/manage.html",
        form=form or NameForm(None, data={"name": registration.name}),
        answers=answers,
        answering=AppForm(None),
        refusal=refusal,
        elsewhere=_elsewhere(registration),
        sittings=[
            (
                sitting,
                moment(sitting.starts_at, sitting.ends_at, sitting.timezone),
                moment(sitting.starts_at, sitting.ends_at, zone) if zone else None,
            )
            for sitting in read(registration.session_id)
        ],
        **_facts(link, registration),
    )
    return page, status, headers_for(status)


def _elsewhere(registration: ManagedRegistration) -> list[Elsewhere]:
    """Return where else the person has a seat then, for nobody's eyes but theirs.

    Without an address of their own, the link is mailed to whoever registered them.
    """
    if not registration.is_busy or not registration.has_email or registration.is_over:
        return []
    found = busy(registration.session_id, Whose(person_ids=[registration.person_id]))
    return found.get(registration.person_id, [])


def _facts(link: str, registration: ManagedRegistration) -> dict[str, object]:
    now = utc_now()
    return {
        "registration": registration,
        "link": link,
        "now": now,
        "session_url": session_path(registration.session_id, registration.title),
        "when": when_of(registration),
        "may_cancel": registration.may_cancel(now),
    }
