"""Which mails accounts send."""

from datetime import datetime

from training.accounts.values import INVITATION_LASTS, RESET_LASTS
from training.notifications.outbox import Letter
from training.notifications.values import Priority

INVITATION = "account.invitation"
RESET = "account.reset"
PASSWORD_CHANGED = "account.password_changed"  # noqa: S105 -- a kind of mail


def invitation(
    invitation_id: int, *, recipient_id: int, audit_entry_id: int, now: datetime
) -> Letter:
    """Return the mail with the link of an invitation; sending it again is a mail of its own."""
    return Letter(
        kind=INVITATION,
        key=f"{INVITATION}:{audit_entry_id}",
        recipient_id=recipient_id,
        subject_id=invitation_id,
        audit_entry_id=audit_entry_id,
        priority=Priority.URGENT,
        valid_until=now + INVITATION_LASTS,
    )


def reset(reset_id: int, *, recipient_id: int, audit_entry_id: int, now: datetime) -> Letter:
    """Return the mail with the link to a new password."""
    return Letter(
        kind=RESET,
        key=f"{RESET}:{audit_entry_id}",
        recipient_id=recipient_id,
        subject_id=reset_id,
        audit_entry_id=audit_entry_id,
        priority=Priority.URGENT,
        valid_until=now + RESET_LASTS,
    )


def password_changed(*, recipient_id: int, audit_entry_id: int) -> Letter:
    """Return the mail that tells of a new password, in case it was somebody else."""
    return Letter(
        kind=PASSWORD_CHANGED,
        key=f"{PASSWORD_CHANGED}:{audit_entry_id}",
        recipient_id=recipient_id,
        audit_entry_id=audit_entry_id,
        priority=Priority.URGENT,
    )
