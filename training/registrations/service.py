"""Registering people and what else happens to registrations; the seats themselves: ``seats``."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from training.audit.trail import Act, record_act, record_acts
from training.db import db
from training.errors import NotFoundError
from training.organizations.service import add_member
from training.organizations.values import MembershipRole
from training.people.values import email_key
from training.registrations import seats
from training.registrations.errors import AlreadyRegisteredError
from training.registrations.models import Registration
from training.registrations.seats import Group
from training.registrations.values import LIVE, Claim, Outcome, Placed, RegistrationStatus
from training.submissions.service import Send, remember


def register(
    training_session_id: int, group: Group, *, send: Send | None = None, now: datetime
) -> Outcome:
    """Register people: first find or make them, then lock the session and give them seats.

    In this order, because a row of ``person`` made under the session's lock would hold up
    everybody who waits for that session.

    :param send: the form that this comes from; None: from no form.
    :raise AlreadyRegisteredError: two rows have the same address; else as
        :func:`training.registrations.seats.take`.
    """
    twice = positions_of_doubles([participant.email for participant in group.participants])
    if twice:
        raise AlreadyRegisteredError(twice)
    people = seats.find_or_make(group.participants, actor_id=group.actor_id, now=now)
    outcome = seats.take(training_session_id, replace(group, participants=people), now=now)
    if send:
        remember(send, as_result(outcome), now=now)
    return outcome


def positions_of_doubles(emails: Sequence[str | None]) -> tuple[int, ...]:
    """Return which rows, from 0, repeat an address of a row before them."""
    seen: set[str] = set()
    doubles = []
    for position, email in enumerate(emails):
        if not email:  # people without an address are as many as there are rows
            continue
        key = email_key(email)
        if key in seen:
            doubles.append(position)
        seen.add(key)
    return tuple(doubles)


def as_result(outcome: Outcome) -> dict[str, Any]:
    """Return an outcome as it is stored with its submission."""
    return {
        "placed": [
            {"name": one.name, "status": one.status, "rank": one.rank} for one in outcome.placed
        ],
        "decided_until": outcome.decided_until and outcome.decided_until.isoformat(),
        "wait_together": outcome.wait_together,
    }


def from_result(result: dict[str, Any]) -> Outcome:
    """Return what a stored submission shows: the way back from :func:`as_result`."""
    decided_until = result.get("decided_until")
    return Outcome(
        placed=tuple(
            Placed(name=one["name"], status=RegistrationStatus(one["status"]), rank=one["rank"])
            for one in result["placed"]
        ),
        registration_ids=(),
        decided_until=datetime.fromisoformat(decided_until) if decided_until else None,
        wait_together=result.get("wait_together", False),
    )


def correct_name(registration_id: int, name: str, *, actor_id: int | None, now: datetime) -> bool:
    """Change the name that a registration was given; the person keeps theirs.

    :return: whether it changed.
    :raise NotFoundError: there is no such registration, it is not live any more, or nobody is
        named for it yet.
    """
    changed = db.session.execute(
        sa.update(Registration)
        .where(
            Registration.id == registration_id,
            *_has_name(),
            Registration.name != name,
        )
        .values(name=name)
        .execution_options(synchronize_session=False)
        .returning(Registration.training_session_id)
    ).one_or_none()
    if changed is None:
        if _is_named(registration_id):
            return False
        raise NotFoundError
    record_act(
        Act(
            action="registration.correct_name",
            subject_kind="registration",
            subject_id=registration_id,
            training_session_id=changed.training_session_id,
            after={"changed": ["name"]},
        ),
        actor_id=actor_id,
        now=now,
    )
    return True


def settle_claim(
    registration_id: int, organization_id: int, *, is_theirs: bool, actor_id: int, now: datetime
) -> None:
    """Let an organization say whether somebody is with it who says so.

    One answer is enough: it settles whatever else this person stated about this organization. Who
    is with it becomes a member; who is not stays registered, for themselves.

    :raise NotFoundError: there is no such claim on this organization, or it is settled.
    """
    stated = (Registration.organization_id == organization_id, Registration.claim == Claim.STATED)
    person_id = db.session.scalar(
        sa.select(Registration.person_id).where(Registration.id == registration_id, *stated)
    )
    if person_id is None:
        raise NotFoundError
    if is_theirs:
        add_member(
            person_id,
            organization_id,
            role=MembershipRole.MEMBER,
            actor_id=actor_id,
            now=now,
        )
    same = sa.select(Registration.id).where(Registration.person_id == person_id, *stated)
    locked = seats.lock_sessions_of(db.session.scalars(same).all())
    # What was stated meanwhile about another session, which is not locked, waits for its answer.
    here = Registration.training_session_id.in_(locked)
    session_of = _sessions_of(same.where(here))
    if registration_id not in session_of:  # settled while this waited
        raise NotFoundError
    _write_claims(session_of, organization_id, is_theirs=is_theirs)
    entries = _record_claims(
        session_of, organization_id, is_theirs=is_theirs, actor_id=actor_id, now=now
    )
    newest = {session_id: entries[id_] for id_, session_id in session_of.items()}
    seats.answer_settled_claims(locked, newest, now=now)


def _sessions_of(claims: sa.Select[int]) -> dict[int, int]:
    """Return registration → session, by the registrations' ids."""
    found = db.session.execute(
        claims.add_columns(Registration.training_session_id).order_by(Registration.id)
    )
    return {row.id: row.training_session_id for row in found}


def _write_claims(
    registration_ids: Collection[int], organization_id: int, *, is_theirs: bool
) -> None:
    db.session.execute(
        sa.update(Registration)
        .where(Registration.id.in_(registration_ids))
        .values(
            {Registration.claim: Claim.REPRESENTATIVE}
            if is_theirs
            else {
                Registration.organization_id: None,
                Registration.refused_organization_id: organization_id,
            }
        )
        .execution_options(synchronize_session=False)
    )


def _record_claims(
    session_of: Mapping[int, int],
    organization_id: int,
    *,
    is_theirs: bool,
    actor_id: int,
    now: datetime,
) -> dict[int, int]:
    """Write into the audit trail what was said of each; returns the entries' ids."""
    return record_acts(
        [
            Act(
                action="registration.confirm_claim" if is_theirs else "registration.refuse_claim",
                subject_kind="registration",
                subject_id=id_,
                training_session_id=session_id,
                before={"organization_id": organization_id, "claim": Claim.STATED},
                after={"organization_id": organization_id, "claim": Claim.REPRESENTATIVE}
                if is_theirs
                else {"organization_id": None},
            )
            for id_, session_id in session_of.items()
        ],
        actor_id=actor_id,
        now=now,
    )


def _is_named(registration_id: int) -> bool:
    found = db.session.scalar(
        sa.select(Registration.id).where(Registration.id == registration_id, *_has_name())
    )
    return found is not None


def _has_name() -> tuple[sa.ColumnElement[bool], ...]:
    return (Registration.status.in_(LIVE), sa.not_(Registration.is_placeholder))
