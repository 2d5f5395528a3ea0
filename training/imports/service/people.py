"""People of a table and where they belong: what would become of each, and bringing them in."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa

from training.db import db
from training.errors import N_, DomainError
from training.imports.cells import quoted
from training.imports.errors import BadCellError
from training.imports.service.names import Names, people_by_email
from training.imports.values import Options, Outcome, PersonDraft, Problem, Row
from training.organizations import service as organizations
from training.organizations.models import Membership, Organization
from training.organizations.values import MembershipRole
from training.people.models import Person
from training.people.service import create_person, plan_of, revise_person
from training.people.values import PersonPlan, email_key
from training.text import search_key

#: Brought in together, in about a second.
BATCH = 150
_FIELDS = ("name", "locale", "timezone")


@dataclass(frozen=True, kw_only=True, slots=True)
class _Known:
    """Whom and what the drafts name."""

    organizations: Names
    by_email: dict[str, Person]
    #: Members without an address, by organization and name.
    by_name: dict[tuple[int, str], list[Person]]
    #: Person and organization → the membership that runs.
    memberships: dict[tuple[int, int], tuple[int, MembershipRole]]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Decision:
    """What is to be done about one person."""

    row: Row
    #: None: it is somebody new.
    person_id: int | None = None
    plan: PersonPlan
    #: Organizations to join, with what the person becomes there.
    joins: tuple[tuple[int, MembershipRole], ...] = ()
    #: Memberships with another role than before.
    roles: tuple[tuple[int, MembershipRole], ...] = ()


def batches(drafts: Sequence[PersonDraft]) -> list[Sequence[PersonDraft]]:
    """Return the people in parts, each of which is brought in at once."""
    return [drafts[start : start + BATCH] for start in range(0, len(drafts), BATCH)]


def plan(drafts: Sequence[PersonDraft], _options: Options) -> list[Row]:
    """Return what would become of people; writes nothing."""
    known = _look_up(drafts)
    return [_decision(draft, known).row for draft in drafts]


def write(drafts: Sequence[PersonDraft], options: Options) -> list[Row]:
    """Bring people in."""
    known = _look_up(drafts)
    decisions = [_decision(draft, known) for draft in drafts]
    # In the order of their addresses, so that two imports never wait for each other in a circle.
    for decision in sorted(decisions, key=lambda one: email_key(one.plan.email or "")):
        if decision.row.outcome in {Outcome.CREATED, Outcome.CHANGED}:
            _bring_in(decision, actor_id=options.actor_id, now=options.now)
    return [decision.row for decision in decisions]


def _bring_in(decision: _Decision, *, actor_id: int | None, now: datetime) -> None:
    person_id = decision.person_id
    wanted = decision.plan
    if person_id is None:
        person_id = create_person(wanted.name, wanted.email, actor_id=actor_id, now=now)
    # Of somebody new: what is not said when they are made.
    revise_person(person_id, wanted, expected=None, actor_id=actor_id, now=now)
    for organization_id, role in decision.joins:
        organizations.add_member(person_id, organization_id, role=role, actor_id=actor_id, now=now)
    for membership_id, role in decision.roles:
        organizations.change_role(membership_id, role, actor_id=actor_id, now=now)


def _look_up(drafts: Sequence[PersonDraft]) -> _Known:
    names = Names(
        db.session.execute(sa.select(Organization.id, Organization.slug, Organization.name))
    )
    by_email = people_by_email(draft.email for draft in drafts if draft.email)
    ids = _organization_ids(drafts, names)
    by_name = members_without_email(ids)
    person_ids = {person.id for person in by_email.values()}
    person_ids |= {person.id for people in by_name.values() for person in people}
    memberships = db.session.execute(
        sa.select(
            Membership.person_id, Membership.organization_id, Membership.id, Membership.role
        ).where(Membership.person_id.in_(person_ids), Membership.until.is_(None))
    )
    return _Known(
        organizations=names,
        by_email=by_email,
        by_name=by_name,
        memberships={(person, one): (id_, role) for person, one, id_, role in memberships},
    )


def _organization_ids(drafts: Sequence[PersonDraft], names: Names) -> set[int]:
    """Return the organizations of those who have no address."""
    ids = set()
    for draft in drafts:
        for membership in draft.memberships if draft.email is None else ():
            try:
                ids.add(names.get(membership.organization))
            except DomainError:  # said where the draft is decided
                continue
    return ids


def members_without_email(organization_ids: set[int]) -> dict[tuple[int, str], list[Person]]:
    """Return people who have no address, by organization and name."""
    found = db.session.execute(
        sa.select(Membership.organization_id, Person)
        .join(Person, Person.id == Membership.person_id)
        .where(
            Membership.organization_id.in_(organization_ids),
            Membership.until.is_(None),
            Person.email_key.is_(None),
            Person.erased_at.is_(None),
        )
        .order_by(Person.id)
    )
    by_name: dict[tuple[int, str], list[Person]] = {}
    for organization_id, person in found:
        by_name.setdefault((organization_id, search_key(person.name)), []).append(person)
    return by_name


def _decision(draft: PersonDraft, known: _Known) -> _Decision:
    row = Row(
        outcome=Outcome.CREATED,
        name=draft.name,
        title=draft.detail,
        number=draft.row,
        cleaned=draft.cleaned,
    )
    new = PersonPlan(
        name=draft.name, email=draft.email, locale=draft.locale, timezone=draft.timezone
    )
    joined: list[tuple[int, MembershipRole, bool]] = []
    problems = []
    for membership in draft.memberships:
        try:
            id_ = known.organizations.get(membership.organization)
        except DomainError as error:
            problems.append(Problem(row=membership.row, column="organization", error=error))
        else:
            joined.append((id_, membership.role, membership.says_role))
    if problems:
        return _Decision(
            row=replace(row, outcome=Outcome.REFUSED, problems=tuple(problems)), plan=new
        )
    try:
        person = _find(draft, joined, known)
    except DomainError as error:
        problem = Problem(row=draft.row, column="name", error=error)
        return _Decision(row=replace(row, outcome=Outcome.REFUSED, problems=(problem,)), plan=new)
    if person is None:
        return _Decision(row=row, plan=new, joins=tuple((id_, role) for id_, role, _says in joined))
    return _of_known(draft, row, person, joined, known)


def _find(
    draft: PersonDraft, joined: Sequence[tuple[int, MembershipRole, bool]], known: _Known
) -> Person | None:
    if draft.email:
        return known.by_email.get(email_key(draft.email))
    found = known.by_name.get((joined[0][0], search_key(draft.name)), [])
    if len(found) > 1:
        raise BadCellError(
            N_("Several people of this organization are called “%(name)s” and have no address."),
            name=quoted(draft.name),
        )
    return found[0] if found else None


def _of_known(
    draft: PersonDraft,
    row: Row,
    person: Person,
    joined: Sequence[tuple[int, MembershipRole, bool]],
    known: _Known,
) -> _Decision:
    before = plan_of(person)
    wanted = replace(
        before, **{name: getattr(draft, name) for name in _FIELDS if name in draft.says}
    )
    joins, roles = [], []
    for organization_id, role, says_role in joined:
        membership = known.memberships.get((person.id, organization_id))
        if membership is None:
            joins.append((organization_id, role))
        elif says_role and membership[1] is not role:
            roles.append((membership[0], role))
    changed = [name for name in _FIELDS if getattr(wanted, name) != getattr(before, name)]
    changed += ["organization"] if joins else []
    changed += ["role"] if roles else []
    return _Decision(
        row=replace(
            row,
            outcome=Outcome.CHANGED if changed else Outcome.UNCHANGED,
            changed=tuple(changed),
        ),
        person_id=person.id,
        plan=wanted,
        joins=tuple(joins),
        roles=tuple(roles),
    )
