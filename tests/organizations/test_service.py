"""Organizations and memberships: made, changed, ended; each act in the audit trail."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.factories import Make
from tests.times import NOW
from training.accounts.changes import InvitationAccepted
from training.accounts.models import Invitation
from training.audit.models import AuditEntry
from training.calendars.service import find_feed, make_feed
from training.calendars.values import FeedKind
from training.changes import record
from training.db import db, transaction
from training.errors import NotFoundError
from training.organizations import service
from training.organizations.errors import (
    AlreadyMemberError,
    MembershipEndedError,
    NameTakenError,
    SlugTakenError,
    StaleOrganizationError,
)
from training.organizations.models import Membership, Organization
from training.organizations.queries import members, organizations_of
from training.organizations.values import MembershipRole, OrganizationPlan, OrganizationStatus
from training.people import service as people
from training.people.models import Person
from training.registrations import seats
from training.registrations.models import Registration
from training.registrations.values import CancelledBecause, Outcome, Participant

PLAN = OrganizationPlan(name="Aïd & Co", domains=("aid.example",), country="KE")


def _create(plan: OrganizationPlan = PLAN) -> int:
    with transaction():
        return service.create(plan, actor_id=None, now=NOW)


def _revise(
    organization_id: int, plan: OrganizationPlan, expected: OrganizationPlan | None = None
) -> bool:
    with transaction():
        return service.revise(organization_id, plan, expected=expected, actor_id=None, now=NOW)


def _add(person: Person, organization_id: int, role: MembershipRole = MembershipRole.MEMBER) -> int:
    with transaction():
        return service.add_member(person.id, organization_id, role=role, actor_id=None, now=NOW)


def _status(registration_id: int) -> str:
    found = db.session.get_one(Registration, registration_id, populate_existing=True)
    return str(found.status)


def _acts() -> list[tuple[str, dict[str, object] | None]]:
    rows = db.session.execute(
        sa.select(AuditEntry.action, AuditEntry.after)
        .where(AuditEntry.subject_kind.in_(["organization", "membership"]))
        .order_by(AuditEntry.id)
    )
    return [(action, after) for action, after in rows]


def test_a_short_name_is_made_from_the_name_and_never_twice(app: Flask) -> None:
    slugs = [
        db.session.get_one(Organization, _create(replace(PLAN, name=name))).slug
        for name in ("Aïd & Co", "Aid: Co", "Aid Co!", "例え")
    ]

    assert slugs == ["aid-co", "aid-co-2", "aid-co-3", "organization"]


def test_names_and_short_names_are_unique_also_in_a_race(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = _create(replace(PLAN, slug="aid"))
    second = _create(replace(PLAN, name="Other", slug="other"))

    def refused() -> list[str]:
        codes = []
        acts: list[Callable[[], object]] = [
            partial(_create, replace(PLAN, slug="new")),
            partial(_create, replace(PLAN, name="New", slug="aid")),
            partial(_revise, second, replace(PLAN, slug="other")),
            partial(_revise, second, replace(PLAN, name="Other", slug="aid")),
        ]
        for act in acts:
            with pytest.raises((NameTakenError, SlugTakenError)) as caught:
                act()
            codes.append(caught.value.code)
        return codes

    looked_first = refused()
    # As if the other came between the look and the write: now the database refuses.
    monkeypatch.setattr(service, "_is_taken", lambda *_arguments: False)
    looked_too_early = refused()

    expected = ["organization-name-taken", "organization-slug-taken"] * 2
    assert (looked_first, looked_too_early) == (expected, expected)
    assert db.session.get_one(Organization, first).name == PLAN.name


def test_what_changed_is_saved_and_recorded_by_name_only(app: Flask) -> None:
    organization_id = _create()
    plan = replace(PLAN, name="Aid", domains=("aid.example", "aid.test"), timezone="Africa/Nairobi")

    is_changed = _revise(organization_id, plan, expected=replace(PLAN, slug="aid-co"))
    again = _revise(organization_id, plan)

    stored = service.plan_of(db.session.get_one(Organization, organization_id))
    assert (is_changed, again) == (True, False)
    assert stored == replace(plan, slug="aid-co")
    assert _acts() == [
        ("organization.create", {"status": "active"}),
        ("organization.revise", {"status": "active", "changed": ["domains", "name", "timezone"]}),
    ]


def test_who_saw_another_state_is_refused(app: Flask) -> None:
    organization_id = _create()

    with pytest.raises(StaleOrganizationError):
        _revise(organization_id, PLAN, expected=PLAN)  # without the short name that it was given
    with pytest.raises(NotFoundError):
        _revise(organization_id + 1, PLAN)


def test_a_member_is_added_once_and_raised_but_never_lowered(app: Flask, make: Make) -> None:
    organization_id, person = _create(), make.person()

    first = _add(person, organization_id)
    again = _add(person, organization_id)
    raised = _add(person, organization_id, MembershipRole.REPRESENTATIVE)
    kept = _add(person, organization_id)

    row = db.session.scalars(sa.select(Membership)).one()
    assert {first, again, raised, kept} == {row.id}
    assert (row.role, row.since, row.until) == (
        MembershipRole.REPRESENTATIVE,
        NOW.date(),
        None,
    )
    both = {"person_id": person.id, "organization_id": organization_id}
    assert _acts()[1:] == [
        ("membership.add", {**both, "role": "member"}),
        ("membership.change_role", {**both, "role": "representative"}),
    ]


def test_nobody_is_added_who_is_not_there(app: Flask, make: Make) -> None:
    organization_id, person = _create(), make.person()
    erased = make.person()
    with transaction():
        db.session.get_one(Person, erased.id).erased_at = NOW

    for person_id, other_id in ((999_999, organization_id), (person.id, 999_999)):
        with pytest.raises(NotFoundError), transaction():
            service.add_member(
                person_id, other_id, role=MembershipRole.MEMBER, actor_id=None, now=NOW
            )
    with pytest.raises(NotFoundError):
        _add(erased, organization_id)


def test_two_current_memberships_are_a_conflict_for_the_database(app: Flask, make: Make) -> None:
    organization, person = make.organization(), make.person()
    make.member(organization, person)

    with pytest.raises(AlreadyMemberError):
        make.member(organization, person)


def test_who_left_may_come_back_and_what_was_stays(app: Flask, make: Make) -> None:
    organization_id, person = _create(), make.person()
    first = _add(person, organization_id)

    with transaction():
        is_ended = service.end_membership(first, actor_id=None, now=NOW)
    with transaction():
        again = service.end_membership(first, actor_id=None, now=NOW)
    with pytest.raises(MembershipEndedError), transaction():
        service.change_role(first, MembershipRole.REPRESENTATIVE, actor_id=None, now=NOW)
    second = _add(person, organization_id)

    assert (is_ended, again) == (True, False)
    assert first != second
    assert db.session.get_one(Membership, first).until == NOW.date()
    assert [member.membership_id for member in members(organization_id).members] == [second]


@pytest.mark.parametrize("how", ["left", "lowered"])
def test_what_a_representative_had_for_coming_in_dies_with_the_role(
    app: Flask, make: Make, how: str
) -> None:
    """Also if they come back: calendars are subscribed to anew, and invitations sent anew."""
    ours, other = make.organization("Ours"), make.organization("Other")
    account, actor = make.representative(ours), make.coordinator()
    [membership_id] = [one.membership_id for one in members(ours.id).members]
    person = db.session.get_one(Person, account.person_id)
    invitations = [make.invitation(person, organization_id=one.id).id for one in (ours, other)]
    with transaction():
        tokens = [
            make_feed(
                kind, owner_id=person.id, organization_id=organization_id, name="Phone", now=NOW
            )
            for kind, organization_id in (
                (FeedKind.ORGANIZATION, ours.id),
                (FeedKind.TRAINER, None),
            )
        ]
    before = [find_feed(token) is not None for token in tokens]

    with transaction():
        if how == "left":
            service.end_membership(membership_id, actor_id=actor.person_id, now=NOW)
        else:
            service.change_role(
                membership_id, MembershipRole.MEMBER, actor_id=actor.person_id, now=NOW
            )
    _add(person, ours.id, MembershipRole.REPRESENTATIVE)

    revoked = [db.session.get_one(Invitation, one).revoked_at for one in invitations]
    acts = db.session.scalars(
        sa.select(AuditEntry.action).where(AuditEntry.actor_id == actor.person_id)
    ).all()
    assert before == [True, True]
    assert [find_feed(token) is not None for token in tokens] == [False, True]
    assert revoked == [NOW, None]
    assert sorted(acts) == sorted(
        [
            "feed.revoke",
            "invitation.revoke",
            "membership.end" if how == "left" else "membership.change_role",
        ]
    )


def test_seats_are_taken_while_somebody_changes_the_organization_or_the_person(
    app: Flask, make: Make
) -> None:
    """The one holds a session's lock and points to these rows, the other may want that session."""
    if db.engine.dialect.name != "postgresql":
        pytest.skip("SQLite has one writer at a time")
    organization, session, person = make.organization(), make.training_session(), make.person()
    rested = replace(service.plan_of(organization), status=OrganizationStatus.SUSPENDED)
    renamed = replace(people.plan_of(person), name="Ada B.")
    ada = Participant(name="Ada", person_id=person.id, organization_id=organization.id)
    with ThreadPoolExecutor(1) as pool, transaction():
        service.revise(organization.id, rested, expected=None, actor_id=None, now=NOW)
        people.revise_person(person.id, renamed, expected=None, actor_id=None, now=NOW)
        taken = pool.submit(
            _in_app, app, lambda: make.outcome(session, ada, actor_id=person.id)
        ).result()

    assert len(taken.registration_ids) == 1


def _in_app(app: Flask, act: Callable[[], Outcome]) -> Outcome:
    with app.app_context():
        return act()


def test_an_accepted_invitation_makes_a_representative(app: Flask, make: Make) -> None:
    organization_id, person, inviter = _create(), make.person(), make.person()

    for organization in (organization_id, None):  # None: invited as staff
        with transaction():
            record(InvitationAccepted(1, person.id, organization, inviter.id, NOW))

    assert [one.id for one in organizations_of(person.id)] == [organization_id]
    entry = db.session.scalars(
        sa.select(AuditEntry).where(AuditEntry.action == "membership.add")
    ).one()
    assert entry.actor_id == inviter.id


def test_only_current_representatives_of_running_partners_may_act(app: Flask, make: Make) -> None:
    """Suspended or closed, left, or only a member: nothing to act for."""
    running, suspended, closed = (
        make.organization(status.value, status=status) for status in OrganizationStatus
    )
    person = make.person()
    ids = [
        _add(person, one.id, MembershipRole.REPRESENTATIVE) for one in (running, suspended, closed)
    ]
    _add(person, make.organization("Other").id)

    assert [one.id for one in organizations_of(person.id)] == [running.id]
    assert organizations_of(make.person().id) == []
    with transaction():
        service.end_membership(ids[0], actor_id=None, now=NOW)
    assert organizations_of(person.id) == []


def test_i4_who_was_passed_over_moves_up_when_the_partnership_runs_again(
    app: Flask, make: Make
) -> None:
    """Invariant I4: no free seat stands beside a person who may have it."""
    organization = make.organization()
    suspended = replace(service.plan_of(organization), status=OrganizationStatus.SUSPENDED)
    first = make.training_session(capacity=1)
    holder = make.registration(first)
    waiting = make.outcome(first, make.claimed(make.participant(), organization))
    _revise(organization.id, suspended)
    with transaction():
        seats.cancel(holder.id, because=CancelledBecause.STAFF, actor_id=None, now=NOW)
    before = _status(waiting.registration_ids[0])

    _revise(organization.id, replace(suspended, status=OrganizationStatus.ACTIVE))

    after = _status(waiting.registration_ids[0])
    entry = db.session.scalars(
        sa.select(AuditEntry).where(AuditEntry.action == "registration.promote")
    ).one()
    cause = db.session.get_one(AuditEntry, entry.because_id)
    assert (before, after) == ("waitlisted", "confirmed")
    assert (cause.action, cause.subject_id) == ("organization.revise", organization.id)
