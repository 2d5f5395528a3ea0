"""What public pages say of somebody who trains."""

from datetime import datetime

import sqlalchemy as sa

from training.audit.trail import Act, record_act
from training.db import db
from training.errors import NotFoundError
from training.people.models import Person
from training.sessions.errors import StaleProfileError
from training.sessions.models import TrainerProfile
from training.sessions.values import ProfilePlan


def revise_profile(
    person_id: int,
    plan: ProfilePlan,
    *,
    expected: ProfilePlan | None,
    actor_id: int | None,
    now: datetime,
) -> bool:
    """Change what public pages say of a person. They read it anew each time they are asked for.

    :param expected: what the form showed; None: whatever it is by now.
    :return: whether anything changed.
    :raise NotFoundError: there is no such person, or not any more.
    :raise StaleProfileError: somebody else changed it since ``expected``.
    """
    found = db.session.scalar(
        sa.select(Person.id)
        .where(Person.id == person_id, Person.erased_at.is_(None))
        .with_for_update(key_share=True)  # of two first profiles the second waits, and sees one
    )
    if found is None:
        raise NotFoundError
    profile = db.session.get(TrainerProfile, person_id, populate_existing=True)
    before = ProfilePlan() if profile is None else plan_of(profile)
    if expected not in {None, before}:
        raise StaleProfileError
    if plan == before:
        return False
    if profile is None:
        profile = TrainerProfile(person_id=person_id)
        db.session.add(profile)
    profile.about, profile.is_public = plan.about, plan.is_public
    db.session.flush()
    record_act(
        Act(
            action="person.revise_profile",
            subject_kind="person",
            subject_id=person_id,
            before={"is_public": before.is_public},
            after={
                "is_public": plan.is_public,
                "changed": ["about"] if plan.about != before.about else [],
            },
        ),
        actor_id=actor_id,
        now=now,
    )
    return True


def plan_of(profile: TrainerProfile) -> ProfilePlan:
    """Return what a profile says, as a plan."""
    return ProfilePlan(about=profile.about, is_public=profile.is_public)
