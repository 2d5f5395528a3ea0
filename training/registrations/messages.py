"""Which message tells of which change of a registration."""

from datetime import datetime

from training.notifications.outbox import Letter
from training.registrations.values import CancelledBecause, RegistrationStatus

CONFIRMED = "registration.confirmed"
WAITLISTED = "registration.waitlisted"
PROMOTED = "registration.promoted"
CANCELLED = "registration.cancelled"
REPLACED = "registration.replaced"
MOVED = "registration.moved"
SESSION_CANCELLED = "registration.session_cancelled"
REQUESTED = "registration.requested"
#: Staff decided against a request, or nobody decided in time.
REFUSED = "registration.refused"
OFFERED = "registration.offered"
#: An offered seat was declined, or nobody answered in time.
OFFER_ENDED = "registration.offer_ended"
#: A cancelled session takes place after all.
RESTORED = "registration.restored"
ALREADY_REGISTERED = "registration.already_registered"
#: Seats of an organization that nobody is named for: a day before the deadline, when it passed, and
#: when the session is called off or takes place after all.
UNNAMED_SOON = "seats.unnamed_soon"
UNNAMED_RELEASED = "seats.unnamed_released"
UNNAMED_CANCELLED = "seats.unnamed_cancelled"
UNNAMED_RESTORED = "seats.unnamed_restored"

# Acts in the audit trail.
REGISTER = "registration.register"
SWAP = "registration.swap"
#: For another session, in which the same person arrives.
LEAVE = "registration.leave"
ARRIVE = "registration.arrive"
#: Somebody waited longer, and may not have the seat that became free.
PASSED_BY = "registration.pass_over"
PROMOTE = "registration.promote"
OFFER = "registration.offer"
ACCEPT = "registration.accept"
DECLINE = "registration.decline"
EXPIRE_OFFER = "registration.expire_offer"
APPROVE = "registration.approve"
REFUSE = "registration.refuse"
LAPSE = "registration.lapse"
RESTORE = "registration.restore"
#: Nobody was named in time; the organization is told once, whatever the number of seats.
RELEASE_UNNAMED = "registration.release_unnamed"

#: What somebody is told when they are registered.
OF_STATUS = {
    RegistrationStatus.CONFIRMED: CONFIRMED,
    RegistrationStatus.WAITLISTED: WAITLISTED,
    RegistrationStatus.REQUESTED: REQUESTED,
}
#: Act in the audit trail → the message that it must have caused. Invariant I5. Who is moved is told
#: once: of arriving, not of leaving.
OF_ACT = {
    ARRIVE: MOVED,
    SWAP: REPLACED,
    PROMOTE: PROMOTED,
    OFFER: OFFERED,
    ACCEPT: CONFIRMED,
    DECLINE: OFFER_ENDED,
    EXPIRE_OFFER: OFFER_ENDED,
    REFUSE: REFUSED,
    LAPSE: REFUSED,
    RESTORE: RESTORED,
    "registration.cancel": CANCELLED,
    "registration.cancel_with_session": SESSION_CANCELLED,
}


#: Act on seats that nobody is named for → what their organization is told of it.
OF_ACT_ON_UNNAMED = {
    RELEASE_UNNAMED: UNNAMED_RELEASED,
    RESTORE: UNNAMED_RESTORED,
    "registration.cancel_with_session": UNNAMED_CANCELLED,
}


def expected(action: str, status: RegistrationStatus) -> str | None:
    """Return the kind of message that an act on a registration must have caused."""
    return OF_STATUS.get(status) if action in {REGISTER, APPROVE} else OF_ACT.get(action)


def of_registration(
    kind: str,
    *,
    registration_id: int,
    recipient_id: int,
    training_session_id: int,
    audit_entry_id: int,
    valid_until: datetime | None = None,
) -> Letter:
    """Return the one message that tells of one act on a registration."""
    return Letter(
        kind=kind,
        key=f"{kind}:{audit_entry_id}",
        recipient_id=recipient_id,
        registration_id=registration_id,
        training_session_id=training_session_id,
        audit_entry_id=audit_entry_id,
        valid_until=valid_until,
    )


def already_registered(*, registration_id: int, recipient_id: int, now: datetime) -> Letter:
    """Return the message with somebody's own link, at most one an hour for each registration.

    Else whoever knows an address could fill its mailbox from our form.
    """
    return Letter(
        kind=ALREADY_REGISTERED,
        key=f"{ALREADY_REGISTERED}:{registration_id}:{now:%Y%m%d%H}",
        recipient_id=recipient_id,
        registration_id=registration_id,
    )


def cancelled(because: CancelledBecause) -> str:
    """Return the act, and so the message, of a cancellation."""
    return (
        "registration.cancel_with_session"
        if because is CancelledBecause.SESSION
        else "registration.cancel"
    )
