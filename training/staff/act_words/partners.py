"""Acts on organizations, people, accounts and feeds, in words."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from training.imports.values import Kind
from training.organizations.values import MembershipRole, OrganizationStatus
from training.staff.act_words.speaking import (
    Sentence,
    is_own,
    listed,
    organization,
    subject,
    who,
)
from training.staff.audit_values import ReadEntry


def _both(entry: ReadEntry) -> dict[str, Any]:
    return {"actor": who(entry), "name": subject(entry)}


def _with_organization(entry: ReadEntry) -> dict[str, Any]:
    return {**_both(entry), "organization": organization(entry)}


def _created_organization(entry: ReadEntry, _timezone: str) -> str:
    return str(_("%(actor)s added the organization %(name)s.", **_both(entry)))


def _revised_organization(entry: ReadEntry, _timezone: str) -> str:
    before, after = entry.before.get("status"), entry.after.get("status")
    if before != after:
        sentences = {
            OrganizationStatus.ACTIVE: _(
                "%(actor)s let the partnership with %(name)s run again.", **_both(entry)
            ),
            OrganizationStatus.SUSPENDED: _(
                "%(actor)s suspended the partnership with %(name)s.", **_both(entry)
            ),
            OrganizationStatus.CLOSED: _(
                "%(actor)s closed the partnership with %(name)s.", **_both(entry)
            ),
        }
        return str(sentences[OrganizationStatus(str(after))])
    what = listed(entry, _fields())
    return str(_("%(actor)s changed %(name)s: %(what)s.", what=what, **_both(entry)))


def _added_member(entry: ReadEntry, _timezone: str) -> str:
    values = _with_organization(entry)
    if entry.after.get("role") == MembershipRole.REPRESENTATIVE:
        return str(_("%(actor)s let %(name)s act for %(organization)s.", **values))
    return str(_("%(actor)s added %(name)s to %(organization)s.", **values))


def _changed_role(entry: ReadEntry, _timezone: str) -> str:
    values = _with_organization(entry)
    if entry.after.get("role") == MembershipRole.REPRESENTATIVE:
        return str(_("%(actor)s let %(name)s act for %(organization)s.", **values))
    return str(_("%(actor)s let %(name)s act for %(organization)s no longer.", **values))


def _ended_membership(entry: ReadEntry, _timezone: str) -> str:
    return str(
        _(
            "%(actor)s ended the membership of %(name)s in %(organization)s.",
            **_with_organization(entry),
        )
    )


def _renamed_member(entry: ReadEntry, _timezone: str) -> str:
    return str(
        _(
            "%(actor)s changed the name by which %(organization)s knows %(name)s.",
            **_with_organization(entry),
        )
    )


def _created_person(entry: ReadEntry, _timezone: str) -> str:
    return str(_("%(actor)s added %(name)s.", **_both(entry)))


def _revised_person(entry: ReadEntry, _timezone: str) -> str:
    what = listed(entry, _fields())
    if is_own(entry):
        return str(_("%(name)s changed what we know of them: %(what)s.", what=what, **_both(entry)))
    return str(
        _("%(actor)s changed what we know of %(name)s: %(what)s.", what=what, **_both(entry))
    )


def _revised_profile(entry: ReadEntry, _timezone: str) -> str:
    values = _both(entry)
    if entry.after.get("is_public") == entry.before.get("is_public"):
        return str(_("%(actor)s changed what people see of %(name)s as a trainer.", **values))
    if entry.after.get("is_public"):
        return str(_("%(actor)s let everybody see that %(name)s trains.", **values))
    return str(_("%(actor)s lets nobody see any more that %(name)s trains.", **values))


def _created_account(entry: ReadEntry, _timezone: str) -> str:
    if is_own(entry) and entry.actor_id is not None:
        return str(_("%(name)s made their account.", **_both(entry)))
    return str(_("%(actor)s made an account for %(name)s.", **_both(entry)))


def _changed_staff_role(entry: ReadEntry, _timezone: str) -> str:
    values = _both(entry)
    sentences = {
        "admin": _("%(actor)s made %(name)s an admin.", **values),
        "coordinator": _("%(actor)s made %(name)s a coordinator.", **values),
    }
    role = str(entry.after.get("staff_role"))
    return str(sentences.get(role) or _("%(actor)s took %(name)s off the staff.", **values))


def _signed_in(entry: ReadEntry, _timezone: str) -> str:
    return str(_("%(actor)s signed in.", **_both(entry)))


def _signed_out(entry: ReadEntry, _timezone: str) -> str:
    return str(_("%(actor)s signed out.", **_both(entry)))


def _ended_sign_in(entry: ReadEntry, _timezone: str) -> str:
    if is_own(entry):
        return str(_("%(name)s ended a sign-in in another browser.", **_both(entry)))
    return str(_("%(actor)s ended a sign-in of %(name)s.", **_both(entry)))


def _asked_for_reset(entry: ReadEntry, _timezone: str) -> str:
    return str(_("Somebody asked for a link to a new password for %(name)s.", **_both(entry)))


def _reset_password(entry: ReadEntry, _timezone: str) -> str:
    return str(_("%(name)s chose a new password by a mailed link.", **_both(entry)))


def _changed_password(entry: ReadEntry, _timezone: str) -> str:
    return str(_("%(name)s changed their password.", **_both(entry)))


def _invited(entry: ReadEntry, _timezone: str) -> str:
    if entry.after.get("organization_id") is not None:
        return str(
            _(
                "%(actor)s invited %(name)s to act for %(organization)s.",
                **_with_organization(entry),
            )
        )
    sentences = {
        "admin": _("%(actor)s invited %(name)s as an admin.", **_both(entry)),
        "coordinator": _("%(actor)s invited %(name)s as a coordinator.", **_both(entry)),
    }
    role = str(entry.after.get("staff_role"))
    return str(sentences.get(role) or _("%(actor)s invited %(name)s as a trainer.", **_both(entry)))


def _invited_again(entry: ReadEntry, _timezone: str) -> str:
    return str(_("%(actor)s sent %(name)s the invitation again.", **_both(entry)))


def _accepted_invitation(entry: ReadEntry, _timezone: str) -> str:
    return str(_("%(name)s accepted the invitation.", **_both(entry)))


def _revoked_invitation(entry: ReadEntry, _timezone: str) -> str:
    return str(_("%(actor)s revoked the invitation of %(name)s.", **_both(entry)))


def _made_feed(entry: ReadEntry, _timezone: str) -> str:
    return str(_("%(actor)s made the calendar feed %(name)s.", **_both(entry)))


def _rotated_feed(entry: ReadEntry, _timezone: str) -> str:
    return str(_("%(actor)s replaced the address of the calendar feed %(name)s.", **_both(entry)))


def _revoked_feed(entry: ReadEntry, _timezone: str) -> str:
    return str(_("%(actor)s revoked the calendar feed %(name)s.", **_both(entry)))


def _made_code(entry: ReadEntry, _timezone: str) -> str:
    names = _with_organization(entry)
    return str(_("%(actor)s made the invitation %(name)s to %(organization)s.", **names))


def _revoked_code(entry: ReadEntry, _timezone: str) -> str:
    return str(
        _(
            "%(actor)s revoked the invitation %(name)s to %(organization)s.",
            **_with_organization(entry),
        )
    )


def _exported_organization(entry: ReadEntry, _timezone: str) -> str:
    return str(
        ngettext(
            "%(actor)s downloaded the attendance of %(name)s, with %(num)s line.",
            "%(actor)s downloaded the attendance of %(name)s, with %(num)s lines.",
            entry.number("rows") or 0,
            **_both(entry),
        )
    )


def _brought_in(entry: ReadEntry, _timezone: str) -> str:
    sentences = {
        Kind.SESSIONS: _("%(actor)s brought in a file of sessions.", actor=who(entry)),
        Kind.ORGANIZATIONS: _("%(actor)s brought in a file of organizations.", actor=who(entry)),
        Kind.PEOPLE: _("%(actor)s brought in a file of people.", actor=who(entry)),
        Kind.REGISTRATIONS: _("%(actor)s brought in a file of registrations.", actor=who(entry)),
    }
    return str(sentences[Kind(str(entry.after["kind"]))])


def _saved_view(entry: ReadEntry, _timezone: str) -> str:
    return str(_("%(actor)s kept a view of a list.", actor=who(entry)))


def _renamed_view(entry: ReadEntry, _timezone: str) -> str:
    return str(_("%(actor)s renamed a kept view of a list.", actor=who(entry)))


def _deleted_view(entry: ReadEntry, _timezone: str) -> str:
    return str(_("%(actor)s deleted a kept view of a list.", actor=who(entry)))


def _fields() -> dict[str, str]:
    """Return what fields of organizations and people are called."""
    return {
        "name": _("name"),
        "email": _("e-mail address"),
        "locale": _("language"),
        "timezone": _("time zone"),
        "slug": _("short name in addresses"),
        "domains": _("mail domains"),
        "country": _("country"),
        "status": _("status"),
    }


WORDS: Mapping[str, Sentence] = {
    "organization.create": _created_organization,
    "organization.revise": _revised_organization,
    "organization.export_attendance": _exported_organization,
    "membership.add": _added_member,
    "membership.change_role": _changed_role,
    "membership.end": _ended_membership,
    "membership.rename": _renamed_member,
    "person.create": _created_person,
    "person.revise": _revised_person,
    "person.revise_profile": _revised_profile,
    "account.create": _created_account,
    "account.change_role": _changed_staff_role,
    "account.sign_in": _signed_in,
    "account.sign_out": _signed_out,
    "account.end_sign_in": _ended_sign_in,
    "account.ask_for_reset": _asked_for_reset,
    "account.reset_password": _reset_password,
    "account.change_password": _changed_password,
    "invitation.create": _invited,
    "invitation.send_again": _invited_again,
    "invitation.accept": _accepted_invitation,
    "invitation.revoke": _revoked_invitation,
    "code.make": _made_code,
    "code.revoke": _revoked_code,
    "import.bring_in": _brought_in,
    "view.save": _saved_view,
    "view.rename": _renamed_view,
    "view.delete": _deleted_view,
    "feed.make": _made_feed,
    "feed.rotate": _rotated_feed,
    "feed.revoke": _revoked_feed,
}
