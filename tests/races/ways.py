"""Every way to take a seat, or to hand one on: what is raced pairwise for the last one. SEAT-05."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from tests.times import HOUR, NOW, wall
from training.db import db, transaction
from training.imports.service import registrations as imported
from training.imports.values import Options, RegistrationDraft
from training.organizations import service as organizations
from training.organizations.models import Organization
from training.organizations.values import OrganizationStatus
from training.registrations import seats, service
from training.registrations.seats import Group
from training.registrations.values import CancelledBecause, Claim, Fit, Participant
from training.sessions.values import HoldPlan, SeatPlan, SeatRules

#: When held seats are released, and an offer ends.
IN_AN_HOUR = NOW + HOUR


@dataclass(frozen=True, kw_only=True, slots=True)
class Stage:
    """A session with one seat, and everybody that a contender needs."""

    training_session_id: int
    #: A session with room for all, to come from or to go to.
    roomy_id: int
    #: Waits, and is passed over as long as the organization is suspended.
    waiting_id: int
    organization_id: int
    campaign_id: int
    #: Has the seat, or is offered it, where it is not free.
    seated_id: int
    #: Has a seat in the roomy session.
    elsewhere_id: int
    #: Asked for the seat, and nobody has decided yet.
    asking_id: int
    staff_id: int
    #: Nobody else is called so.
    number: str

    def participant(self, **fields: object) -> Participant:
        address = f"ada.{self.number}@example.org"
        return Participant(name="Ada", **{"email": address, **fields})  # type: ignore[arg-type]  # of a participant


def form(stage: Stage) -> None:
    """What the public form does."""
    _register(stage, Group(participants=(stage.participant(),), consent="1"))


def staff(stage: Stage) -> None:
    """What staff do who add people."""
    people = (stage.participant(email=None),)
    _register(stage, Group(participants=people, actor_id=stage.staff_id, by_staff=True))


def representative(stage: Stage) -> None:
    """What a representative does who registers a member."""
    people = (stage.participant(claim=Claim.REPRESENTATIVE),)
    _register(stage, Group(participants=people, actor_id=stage.staff_id))


def reserve(stage: Stage) -> None:
    """What a representative does who names the person later."""
    group = Group(
        participants=(stage.participant(email=None, claim=Claim.REPRESENTATIVE),),
        fit=Fit.SEATS,
        actor_id=stage.staff_id,
        are_placeholders=True,
    )
    with transaction():
        people = seats.find_or_make(group.participants, actor_id=stage.staff_id, now=NOW)
        seats.take(stage.training_session_id, replace(group, participants=people), now=NOW)


def walk_in(stage: Stage) -> None:
    """What a trainer does at the door."""
    group = Group(
        participants=(stage.participant(email=None),),
        fit=Fit.SEATS,
        actor_id=stage.staff_id,
        by_staff=True,
    )
    _register(stage, group)


def overbook(stage: Stage) -> None:
    """What a trainer does at the door of a full room."""
    group = Group(
        participants=(stage.participant(),),
        fit=Fit.SEATS,
        actor_id=stage.staff_id,
        by_staff=True,
        overbook="came a long way",
    )
    _register(stage, group)


def from_file(stage: Stage) -> None:
    """What an import does."""
    draft = RegistrationDraft(
        row=2,
        rows=(2,),
        name="Ada",
        detail="",
        says=frozenset(),
        session=str(stage.training_session_id),
        email=f"ada.{stage.number}@example.org",
        organization="",
    )
    with transaction():
        imported.write([draft], Options(actor_id=stage.staff_id, now=NOW))


def move_in(stage: Stage) -> None:
    """What staff do who move somebody here."""
    with transaction():
        seats.move(
            [stage.elsewhere_id], stage.training_session_id, actor_id=stage.staff_id, now=NOW
        )


def promote(stage: Stage) -> None:
    """What staff do who give somebody a seat by hand."""
    with transaction():
        seats.promote(stage.waiting_id, actor_id=stage.staff_id, now=NOW)


def resume(stage: Stage) -> None:
    """What happens when a partnership runs again."""
    with transaction():
        organization = db.session.get_one(Organization, stage.organization_id)
        plan = organizations.plan_of(organization)
        organizations.revise(
            stage.organization_id,
            replace(plan, status=OrganizationStatus.ACTIVE),
            expected=None,
            actor_id=stage.staff_id,
            now=NOW,
        )


def take_away(stage: Stage) -> None:
    """What staff do who have one seat less."""
    with transaction():
        seats.change_capacity(
            stage.training_session_id,
            SeatPlan(capacity=0),
            keep=False,
            actor_id=stage.staff_id,
            now=NOW,
        )


def swap(stage: Stage) -> None:
    """What a representative does who sends somebody else."""
    with transaction():
        seats.swap(
            stage.seated_id,
            stage.participant(claim=Claim.REPRESENTATIVE),
            actor_id=stage.staff_id,
            because=CancelledBecause.PERSON,
            now=NOW,
        )


def cancel(stage: Stage) -> None:
    """What the mailed link does."""
    with transaction():
        seats.cancel(stage.seated_id, because=CancelledBecause.PERSON, actor_id=None, now=NOW)


def cancel_several(stage: Stage) -> None:
    """What a representative does who withdraws people."""
    with transaction():
        seats.cancel_several(
            [stage.elsewhere_id, stage.seated_id],
            because=CancelledBecause.PERSON,
            actor_id=stage.staff_id,
            now=NOW,
        )


def move_out(stage: Stage) -> None:
    """What staff do who move somebody to another session."""
    with transaction():
        seats.move([stage.seated_id], stage.roomy_id, actor_id=stage.staff_id, now=NOW)


def approve(stage: Stage) -> None:
    """What staff do who decide about a request."""
    with transaction():
        seats.approve(stage.asking_id, actor_id=stage.staff_id, now=NOW)


def release(stage: Stage) -> None:
    """What staff do who keep seats for an organization no longer."""
    with transaction():
        seats.release_hold(
            stage.training_session_id, stage.organization_id, actor_id=stage.staff_id, now=NOW
        )


def release_in_time(stage: Stage) -> None:
    """What a host does when the date of a release has come."""
    with transaction():
        seats.settle(stage.training_session_id, now=IN_AN_HOUR)


def of_the_organization(stage: Stage) -> None:
    """What the representative does for whose organization the seat is kept."""
    people = (stage.participant(claim=Claim.REPRESENTATIVE, organization_id=stage.organization_id),)
    _register(stage, Group(participants=people, actor_id=stage.staff_id))


def hold_more(stage: Stage) -> None:
    """What staff do who keep a seat until the session starts."""
    with transaction():
        seats.set_hold(
            stage.training_session_id,
            stage.organization_id,
            HoldPlan(seats=1),
            expected=HoldPlan(seats=1, release=wall(IN_AN_HOUR)),
            actor_id=stage.staff_id,
            now=NOW,
        )


def set_rules(stage: Stage) -> None:
    """What staff do who let single people pass groups, or not, and the like."""
    with transaction():
        rules = SeatRules(fills_gaps=False, organization_limit=3)
        seats.change_rules(stage.training_session_id, rules, actor_id=stage.staff_id, now=NOW)


def allot(stage: Stage) -> None:
    """What staff do who allot seats of a campaign to an organization."""
    with transaction():
        seats.set_allotment(
            stage.campaign_id,
            stage.organization_id,
            5,
            expected=0,
            actor_id=stage.staff_id,
            now=NOW,
        )


def transfer(stage: Stage) -> None:
    """What staff do who count somebody among an organization's people no longer."""
    with transaction():
        seats.transfer(stage.waiting_id, None, actor_id=stage.staff_id, now=NOW)


def accept(stage: Stage) -> None:
    """What the mailed link does to which a seat is offered."""
    with transaction():
        seats.accept(stage.seated_id, actor_id=None, now=NOW)


def decline(stage: Stage) -> None:
    """What it does when the seat is not wanted."""
    with transaction():
        seats.decline(stage.seated_id, actor_id=None, now=NOW)


def expire(stage: Stage) -> None:
    """What a host does when nobody answered an offer."""
    with transaction():
        seats.settle(stage.training_session_id, now=IN_AN_HOUR + timedelta(seconds=1))


def _register(stage: Stage, group: Group) -> None:
    with transaction():
        service.register(stage.training_session_id, group, now=NOW)


Way = Callable[[Stage], None]
#: Who wants the one free seat, beside somebody who waits and is passed over.
FOR_A_FREE_SEAT: tuple[Way, ...] = (
    form,
    staff,
    representative,
    reserve,
    walk_in,
    overbook,
    from_file,
    move_in,
    promote,
    resume,
    take_away,
    approve,
)
#: Who wants the one seat that somebody has, while another waits for it.
FOR_A_TAKEN_SEAT: tuple[Way, ...] = (form, swap, cancel, cancel_several, move_out)
#: Who wants the one seat that is kept for an organization, while somebody of no one waits for it.
FOR_A_HELD_SEAT: tuple[Way, ...] = (
    form,
    of_the_organization,
    release,
    release_in_time,
    hold_more,
    set_rules,
    overbook,
)
#: Who wants the one seat that somebody was offered, while another waits for it.
FOR_AN_OFFERED_SEAT: tuple[Way, ...] = (form, accept, decline, expire, cancel, promote)
#: Who wants the one free seat that the organization of who waits may not have any more.
FOR_AN_ALLOTTED_SEAT: tuple[Way, ...] = (
    form,
    allot,
    transfer,
    of_the_organization,
    overbook,
)

#: Everything outside the package of seats that calls it: file → act → the ways that stand for it.
CALLERS: Mapping[tuple[str, str], tuple[Way, ...]] = {
    ("attendance/service/walk_in.py", "promote"): (promote,),
    ("attendance/service/walk_in.py", "register"): (walk_in, overbook),
    ("demo/holding.py", "register"): (form,),
    ("demo/seating.py", "approve"): (approve,),
    ("demo/seating.py", "cancel"): (cancel,),
    ("demo/seating.py", "change_rules"): (set_rules,),
    ("demo/seating.py", "set_allotment"): (allot,),
    ("demo/seating.py", "set_hold"): (hold_more,),
    ("imports/service/registrations.py", "register"): (from_file,),
    # Of sessions that are made in the same transaction, and that nobody else can see yet.
    ("registrations/copying_service.py", "change_rules"): (set_rules,),
    ("registrations/copying_service.py", "set_allotment"): (allot,),
    ("registrations/copying_service.py", "set_hold"): (hold_more,),
    ("registrations/jobs.py", "settle"): (release_in_time, expire),
    ("registrations/service.py", "take"): (form, staff, representative, walk_in, overbook),
    ("registrations/views/adding.py", "register"): (staff,),
    ("registrations/views/allotments.py", "set_allotment"): (allot,),
    ("registrations/views/answering.py", "accept"): (accept,),
    ("registrations/views/answering.py", "decline"): (decline,),
    ("registrations/views/cancelling.py", "cancel_several"): (cancel_several,),
    ("registrations/views/deciding.py", "approve"): (approve,),
    ("registrations/views/holds.py", "release_hold"): (release,),
    ("registrations/views/holds.py", "set_hold"): (hold_more,),
    ("registrations/views/manage.py", "cancel"): (cancel,),
    ("registrations/views/moving.py", "move"): (move_in, move_out),
    ("registrations/views/registering.py", "register"): (form,),
    ("registrations/views/requests.py", "approve"): (approve,),
    ("registrations/views/seat_acts.py", "cancel"): (cancel,),
    ("registrations/views/seat_acts.py", "change_capacity"): (take_away,),
    ("registrations/views/seat_acts.py", "promote"): (promote,),
    ("registrations/views/seat_rules.py", "change_rules"): (set_rules,),
    ("registrations/views/swapping.py", "swap"): (swap,),
    ("registrations/views/transferring.py", "transfer"): (transfer,),
    ("representatives/naming.py", "swap"): (swap,),
    ("representatives/naming.py", "take"): (reserve,),
    ("representatives/service.py", "accept"): (accept,),
    ("representatives/service.py", "cancel_several"): (cancel_several,),
    ("representatives/service.py", "decline"): (decline,),
    ("representatives/service.py", "register"): (representative,),
    ("representatives/service.py", "swap"): (swap,),
    ("representatives/views/registering.py", "register"): (representative,),
}
