"""One person as staff see them: everything that we know, and what was done."""

from flask import url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from training.accounts.access import allows, signed_in
from training.accounts.policy import Action
from training.accounts.workplace import render_workplace
from training.organizations.words import role_label
from training.staff import person_queries
from training.staff.audit_queries import Filters, trail
from training.staff.person_queries import PersonDetails
from training.staff.views.blueprint import PEOPLE, bp
from training.staff.views.lines import lines
from training.staff.words import message_kind, message_state, staff_role_label
from training.text import for_display
from training.web.filters import date_time, language_name

#: Entries of the audit trail on the page of a person; the rest is a click away.
_ENTRIES = 10


@bp.get("/staff/people/<id:person_id>")
@allows(Action.MANAGE_PARTNERS)
def person(person_id: int) -> ResponseReturnValue:
    """Show a person."""
    found = person_queries.get_person(person_id)
    timezone = signed_in().timezone or "UTC"
    page = trail(Filters(person_id=person_id), most=_ENTRIES)
    return render_workplace(
        "staff/person.html",
        current=PEOPLE,
        person=found,
        name=for_display(found.plan.name),
        facts_of=_facts(found),
        account=_account(found, timezone),
        memberships=person_queries.memberships_of(person_id),
        role_label=role_label,
        sessions=person_queries.trained_by(person_id),
        registrations=person_queries.registrations_of(person_id),
        messages=[
            (one, message_kind(one.kind), *message_state(one.status))
            for one in person_queries.messages_to(person_id)
        ],
        entries=lines(page, timezone),
        has_older=page.has_older,
        most=person_queries.MOST,
        timezone=timezone,
        crumbs=[(_("People"), url_for(PEOPLE))],
    )


def _facts(found: PersonDetails) -> list[tuple[str, str]]:
    plan = found.plan
    return [
        (_("E-mail"), plan.email or _("None of their own")),
        (_("Time zone"), plan.timezone or _("Not known")),
        (_("Language of their mail"), language_name(plan.locale.replace("_", "-"))),
    ]


def _account(found: PersonDetails, timezone: str) -> list[tuple[str, str]]:
    """Return how somebody signs in, as facts; nothing without an account."""
    account = found.account
    if account is None:
        return []
    seen, disabled = account.last_seen_at, account.disabled_at
    return [
        (_("Role"), staff_role_label(account.staff_role) if account.staff_role else _("None")),
        (_("Account made"), date_time(account.created_at, timezone)),
        (_("Last signed in"), date_time(seen, timezone) if seen else _("Never")),
        (_("Disabled"), date_time(disabled, timezone) if disabled else ""),
    ]
