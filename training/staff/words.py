"""Words for what staff see of people and of mails to them."""

from flask_babel import gettext as _

from training.accounts.values import StaffRole
from training.notifications.values import MessageStatus
from training.staff.people_queries import Kind


def kind_labels() -> list[tuple[str, str]]:
    """Return which people the list can show, for a select."""
    return [
        ("", _("Everybody")),
        (Kind.STAFF.value, _("Staff")),
        (Kind.TRAINER.value, _("Trainers")),
        (Kind.REPRESENTATIVE.value, _("Representatives")),
        (Kind.ACCOUNT.value, _("With an account")),
        (Kind.NO_EMAIL.value, _("Without an e-mail address")),
    ]


def staff_role_label(role: StaffRole) -> str:
    """Return what a member of staff is, in a word."""
    words = {StaffRole.ADMIN: _("Admin"), StaffRole.COORDINATOR: _("Coordinator")}
    return str(words[role])


def message_kind(kind: str) -> str:
    """Return what a mail is about; of a kind that nobody put into words, its bare name."""
    return _message_kinds().get(kind, kind)


def message_kinds() -> frozenset[str]:
    """Return the kinds of mail that have words."""
    return frozenset(_message_kinds())


def _message_kinds() -> dict[str, str]:
    return {
        "registration.confirmed": _("Seat confirmed"),
        "registration.waitlisted": _("On the waitlist"),
        "registration.promoted": _("A seat became free"),
        "registration.cancelled": _("Registration cancelled"),
        "registration.session_cancelled": _("Session cancelled"),
        "registration.already_registered": _("Registered before"),
        "registration.replaced": _("Somebody else comes instead"),
        "registration.moved": _("Moved to another session"),
        "registration.requested": _("Request received"),
        "registration.refused": _("Request not approved"),
        "registration.offered": _("Seat offered"),
        "registration.offer_ended": _("Offer ended"),
        "registration.restored": _("Registered again: the session was re-opened"),
        "seats.unnamed_soon": _("Reserved seats to be named soon"),
        "seats.unnamed_released": _("Reserved seats given up"),
        "seats.unnamed_cancelled": _("Session cancelled: reserved seats"),
        "seats.unnamed_restored": _("Session re-opened: reserved seats"),
        "session.old_time": _("Time of a session: the calendar had an old one"),
        "account.invitation": _("Invitation"),
        "account.reset": _("Link to a new password"),
        "account.password_changed": _("Password changed"),
    }


def message_state(status: MessageStatus) -> tuple[str, str]:
    """Return what became of a mail, in words, and the kind of badge for it."""
    words = {
        MessageStatus.QUEUED: (_("To be sent"), "info"),
        MessageStatus.SENT: (_("Sent"), "ok"),
        MessageStatus.DEAD: (_("Not sent"), "warn"),
        MessageStatus.UNKNOWN: (_("Perhaps sent"), "warn"),
    }
    return words[status]
