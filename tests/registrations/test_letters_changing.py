"""What people read whose seat went to somebody else, who were moved, or whom others registered."""

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.clients import IsolatedClient
from tests.factories import Make
from tests.registrations.test_letters import BASE, change, link_of, when, write, written
from tests.times import DAY, HOUR, NOW
from training.db import db, transaction
from training.notifications.values import Rendered, Untold
from training.organizations import service as organizations
from training.organizations.models import Membership
from training.organizations.values import MembershipRole
from training.people.models import Person
from training.registrations import messages, seats, service
from training.registrations.models import Registration
from training.registrations.seats import Group
from training.registrations.values import CancelledBecause, Claim, Fit, Participant
from training.sessions.models import TrainingSession


def move(
    registration: Registration, to: TrainingSession, actor: Person, *, fit: Fit = Fit.SEATS
) -> Registration:
    with transaction():
        outcome = seats.move([registration.id], to.id, fit=fit, actor_id=actor.id, now=NOW)
    return db.session.get_one(Registration, outcome.registration_ids[0])


def swap(
    registration: Registration, participant: Participant, actor: Person, because: CancelledBecause
) -> Registration:
    with transaction():
        new_id = seats.swap(
            registration.id, participant, actor_id=actor.id, because=because, now=NOW
        )
    return db.session.get_one(Registration, new_id)


def test_who_was_moved_reads_of_both_sessions_in_one_mail(app: Flask, make: Make) -> None:
    here = make.training_session(title="Safer streams", starts_at=NOW + DAY)
    there = make.training_session(title="Safer streams again", starts_at=NOW + 2 * DAY)
    staff = make.person("Staff")
    registration = make.registration(here, name="Ana")

    moved = move(registration, there, staff)

    mail = written(messages.MOVED, moved)
    assert mail.subject == "Moved to another session: Safer streams again"
    assert mail.text.startswith(
        f"""\
Hello Ana,

The organizers have moved your registration to another training session.
You have a seat in it, and there is nothing you need to do.

Safer streams again

{when(there)}
Online

The session before, which you can remove from your calendar:

Safer streams

{when(here)}
Online

The link to join is not set yet. You will find it on the page of this registration.

See this registration, correct the name, or cancel:
{link_of(moved)}
"""
    )
    assert [file.filename for file in mail.attachments] == ["session.ics"]
    assert "!" not in mail.text
    assert "\n\n\n" not in mail.text
    assert write(messages.CONFIRMED, registration) is Untold.OUTDATED
    assert write(messages.REPLACED, moved) is Untold.OUTDATED


def test_the_old_link_opens_the_new_registration_of_who_was_moved_only(
    app: Flask, make: Make, client: IsolatedClient
) -> None:
    here, there = make.training_session(), make.training_session(title="There")
    staff = make.person("Staff")
    ana, bo = make.registration(here, name="Ana"), make.registration(here, name="Bo")
    path = link_of(ana).removeprefix(BASE)
    bos_path = link_of(bo).removeprefix(BASE)

    moved = move(ana, there, staff)
    swap(bo, make.participant("Cy"), staff, CancelledBecause.STAFF)

    response = client.get(path)
    assert response.status_code == 303
    assert response.headers["Location"] == link_of(moved).removeprefix(BASE)
    assert "You have a seat." in client.page(response.headers["Location"]).text()
    replaced = client.page(bos_path).text()
    assert "Somebody else comes in this place, so this registration is cancelled." in replaced
    assert "Cy" not in replaced


def test_who_was_moved_and_waits_reads_so(app: Flask, make: Make) -> None:
    here, there = make.training_session(), make.training_session(capacity=0)
    staff = make.person("Staff")

    moved = move(make.registration(here, name="Ana"), there, staff, fit=Fit.WHAT_FITS)

    mail = written(messages.MOVED, moved)
    assert (
        "All its seats are taken at the moment: you are on the waitlist, number 1 in line. "
        "As soon as there is a seat, you get another mail.\n"
    ) in mail.text
    assert mail.attachments == ()
    db.session.execute(sa.update(Registration).values(registered_by=staff.id))
    db.session.execute(sa.update(Person).where(Person.name == "Ana").values(email=None))
    db.session.commit()
    mail = written(messages.MOVED, moved)
    assert mail.to_name == "Staff"
    assert "Ana is on the waitlist, number 1 in line." in mail.text


@pytest.mark.parametrize(
    ("because", "told"),
    [
        (
            CancelledBecause.PERSON,
            (
                "Your organization sends somebody else to this training session in your place, "
                "so your seat is theirs now."
            ),
        ),
        (
            CancelledBecause.STAFF,
            (
                "Somebody else comes to this training session in your place, "
                "so your seat is theirs now."
            ),
        ),
    ],
)
def test_both_hear_of_a_swap(app: Flask, make: Make, because: CancelledBecause, told: str) -> None:
    registration = make.registration(make.training_session(title="Safer streams"), name="Ana")
    rep = make.person("rosa@aid.example")

    substitute = swap(registration, make.participant("Bo"), rep, because)

    mail = written(messages.REPLACED, registration)
    assert mail.subject == "Somebody comes in your place: Safer streams"
    assert f"Hello Ana,\n\n{told} There is nothing you need to do.\n" in mail.text
    assert "Bo" not in mail.text
    assert f"{BASE}/calendar/sessions.ics\n" in mail.text
    assert write(messages.CANCELLED, substitute) is Untold.OUTDATED
    confirmed = written(messages.CONFIRMED, substitute)
    assert confirmed.text.startswith("Hello Bo,\n\nYou have a seat in this training session.\n")
    assert confirmed.text.endswith(
        "You get this mail because rosa@ aid. example registered you for this training session.\n"
    )


def test_a_swap_of_people_without_an_address_is_told_to_who_registered_them(
    app: Flask, make: Make
) -> None:
    rep = make.person("Rosa")
    session = make.training_session()
    registration = make.registration(session)
    first = swap(registration, Participant(name="No Mail"), rep, CancelledBecause.PERSON)
    swap(first, Participant(name="Nor this"), rep, CancelledBecause.PERSON)

    mail = written(messages.REPLACED, first)

    assert mail.to_name == "Rosa"
    assert "comes to this training session in the place of No Mail. The seat is" in mail.text


def test_who_was_cancelled_by_a_representative_does_not_read_that_they_asked(
    app: Flask, make: Make
) -> None:
    registration = make.registration()
    rep = make.person("Rosa")
    with transaction():
        seats.cancel(registration.id, because=CancelledBecause.PERSON, actor_id=rep.id, now=NOW)
    db.session.expire_all()

    mail = written(messages.CANCELLED, registration)

    told = "Your organization has cancelled your registration for this training session."
    assert told in mail.text
    assert "as you asked" not in mail.text


def test_who_left_the_organization_reads_no_more_of_its_people(
    app: Flask, make: Make, client: IsolatedClient
) -> None:
    """The mails go to a colleague, the old links open nothing; without a colleague, to nobody."""
    aid = make.organization()
    rosa, cleo = (make.representative(aid, name=name) for name in ("Rosa", "Cleo"))
    group = Group(
        participants=(
            Participant(name="No Mail", organization_id=aid.id, claim=Claim.REPRESENTATIVE),
        ),
        actor_id=rosa.person_id,
    )
    session = make.training_session()
    with transaction():
        outcome = service.register(session.id, group, now=NOW)
    registration = db.session.get_one(Registration, outcome.registration_ids[0])
    before = written(messages.CONFIRMED, registration)
    old_link = link_of(registration)
    opened = client.get(old_link.removeprefix(BASE)).status_code

    told = []
    for account in (rosa, cleo):
        membership = sa.select(Membership.id).where(Membership.person_id == account.person_id)
        with transaction():
            membership_id = db.session.scalars(membership).one()
            organizations.end_membership(membership_id, actor_id=None, now=NOW)
        registration = db.session.get_one(Registration, outcome.registration_ids[0])
        told.append(write(messages.CONFIRMED, registration))

    after, nobody = told
    assert (before.to_name, opened) == ("Rosa", 200)
    assert isinstance(after, Rendered)
    assert after.to_name == "Cleo"
    assert after.text.endswith(
        "You get this mail because you act for the organization that registered No Mail, whose own "
        "e-mail address we do not know.\n"
    )
    assert nobody is Untold.NO_ADDRESS
    new_link = link_of(registration)
    assert new_link in after.text
    assert client.get(old_link.removeprefix(BASE)).status_code == 410
    assert client.get(new_link.removeprefix(BASE)).status_code == 200


def test_whoever_added_somebody_at_the_door_needs_no_mail_about_it(app: Flask, make: Make) -> None:
    session = make.training_session(starts_at=NOW - HOUR / 2, now=NOW - DAY)
    trainer = make.person("Tina")
    group = Group(
        participants=(Participant(name="No Mail"), make.participant("Ana")),
        actor_id=trainer.id,
        by_staff=True,
    )
    with transaction():
        outcome = service.register(session.id, group, now=NOW)
    nameless, ana = (db.session.get_one(Registration, id_) for id_ in outcome.registration_ids)

    assert write(messages.CONFIRMED, nameless) is Untold.NO_ADDRESS
    assert written(messages.CONFIRMED, ana).to_name == "Ana"
    aid = make.organization()
    make.member(aid, trainer, MembershipRole.REPRESENTATIVE)  # who is not at the door
    change(Registration, nameless.id, claim=Claim.REPRESENTATIVE, organization_id=aid.id)
    assert written(messages.CONFIRMED, nameless).to_name == "Tina"
