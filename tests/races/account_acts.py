"""What is raced around accounts."""

import time

from tests.times import NOW
from training import changes
from training.accounts.changes import InvitationAccepted
from training.accounts.models import Invitation
from training.accounts.service import invitations, resets, sign_in
from training.accounts.service.tries import SIGN_IN, count_try
from training.accounts.values import StaffRole
from training.audit.trail import Act, record_act
from training.db import db, transaction

#: How long a twin thinks between looking and writing.
THINKING = 0.02


def accept(link: str, password_hash: str) -> None:
    """What the page of an invitation does for somebody who has no account."""
    with transaction():
        invitations.accept(link, person_id=None, password_hash=password_hash, now=NOW)


def accept_signed_in(link: str, person_id: int) -> None:
    """The same, for somebody who has one."""
    with transaction():
        invitations.accept(link, person_id=person_id, password_hash=None, now=NOW)


def accept_twin(link: str, password_hash: str) -> None:
    """The twin: believes what it saw before it waited for its turn."""
    found = invitations.get_invitation(link, now=NOW)
    db.session.rollback()
    time.sleep(THINKING)
    with transaction():
        db.session.get_one(Invitation, found.id).accepted_at = NOW
        changes.record(InvitationAccepted(found.id, found.person_id, None, None, NOW))
        record_act(
            Act(action="invitation.accept", subject_kind="invitation", subject_id=found.id),
            actor_id=found.person_id,
            now=NOW,
        )


def revoke(invitation_id: int) -> None:
    """What staff do meanwhile."""
    with transaction():
        invitations.revoke(invitation_id, actor_id=None, actor_role=StaffRole.ADMIN, now=NOW)


def reset(link: str, password_hash: str) -> None:
    """What the page of a link to a new password does."""
    with transaction():
        resets.reset_password(link, password_hash, now=NOW)


def sign_in_with(account_id: int, password_hash: str) -> None:
    """What the sign-in page does once the password was right."""
    with transaction():
        sign_in(account_id, password_hash=password_hash, now=NOW)


def guess(email: str) -> str:
    """What the sign-in page does before it looks at a password."""
    with transaction():
        wait = count_try(SIGN_IN, email, now=NOW)
    return "refused" if wait else "may try"
