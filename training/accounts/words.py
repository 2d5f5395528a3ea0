"""What pages and mails call roles, states of invitations, and browsers."""

from flask_babel import gettext as _

from training.accounts.rules import browser_names
from training.accounts.values import InvitationState, StaffRole


def invited_as(staff_role: StaffRole | None, organization: str | None) -> str:
    """Return what somebody is invited to, as the end of a sentence and as a line of a list."""
    if organization is not None:
        return str(_("representative of %(organization)s", organization=organization))
    return str(role_words(staff_role))


def role_words(staff_role: StaffRole | None) -> str:
    """Return what a role is called within a sentence."""
    words = {
        None: _("trainer"),
        StaffRole.COORDINATOR: _("coordinator"),
        StaffRole.ADMIN: _("admin"),
    }
    return str(words[staff_role])


def invitation_state_words(state: InvitationState) -> tuple[str, str]:
    """Return what a state is called, and the kind of its badge."""
    words = {
        InvitationState.OPEN: (_("Invited"), "info"),
        InvitationState.ACCEPTED: (_("Accepted"), "ok"),
        InvitationState.REVOKED: (_("Revoked"), "muted"),
        InvitationState.EXPIRED: (_("Too old"), "warn"),
    }
    return words[state]


def browser_words(user_agent: str | None) -> str:
    """Return what somebody would call the browser that they signed in with."""
    browser, system = browser_names(user_agent)
    if browser and system:
        return str(_("%(browser)s on %(system)s", browser=browser, system=system))
    return browser or system or str(_("Unknown browser"))
