"""Organizations of a table: what would become of each, and bringing them in."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import sqlalchemy as sa

from training.db import db
from training.errors import DomainError
from training.imports.service.names import Names
from training.imports.values import Options, OrganizationDraft, Outcome, Problem, Row
from training.organizations import service as organizations
from training.organizations.errors import NameTakenError, SlugTakenError
from training.organizations.models import Organization
from training.organizations.values import OrganizationPlan

#: Brought in together, in about a second.
BATCH = 200
_FIELDS = ("name", "slug", "domains", "country", "timezone", "status")


@dataclass(frozen=True, kw_only=True, slots=True)
class _Decision:
    """What is to be done about one organization."""

    row: Row
    #: None: it is new.
    organization_id: int | None = None
    plan: OrganizationPlan


def batches(drafts: Sequence[OrganizationDraft]) -> list[Sequence[OrganizationDraft]]:
    """Return the organizations in parts, each of which is brought in at once."""
    return [drafts[start : start + BATCH] for start in range(0, len(drafts), BATCH)]


def plan(drafts: Sequence[OrganizationDraft], _options: Options) -> list[Row]:
    """Return what would become of organizations; writes nothing."""
    return [decision.row for decision in _decide(drafts)]


def write(drafts: Sequence[OrganizationDraft], options: Options) -> list[Row]:
    """Bring organizations in."""
    rows = []
    for decision in _decide(drafts):
        if decision.row.outcome is Outcome.CREATED:
            organizations.create(decision.plan, actor_id=options.actor_id, now=options.now)
        elif decision.row.outcome is Outcome.CHANGED and decision.organization_id is not None:
            organizations.revise(
                decision.organization_id,
                decision.plan,
                expected=None,
                actor_id=options.actor_id,
                now=options.now,
            )
        rows.append(decision.row)
    return rows


def _decide(drafts: Sequence[OrganizationDraft]) -> list[_Decision]:
    stored = {
        one.id: one
        for one in db.session.scalars(
            sa.select(Organization).execution_options(populate_existing=True)
        )
    }
    names = Names((one.id, one.slug, one.name) for one in stored.values())
    taken = {("name", one.name): one.id for one in stored.values()}
    taken |= {("slug", one.slug): one.id for one in stored.values()}
    return [_decision(draft, names, stored, taken) for draft in drafts]


def _decision(
    draft: OrganizationDraft,
    names: Names,
    stored: dict[int, Organization],
    taken: dict[tuple[str, str], int],
) -> _Decision:
    row = Row(
        outcome=Outcome.CREATED,
        name=draft.name,
        title=draft.detail,
        number=draft.row,
        cleaned=draft.cleaned,
    )
    try:
        id_ = _find(draft, names)
    except DomainError as error:
        return _Decision(row=_refused(row, "name", error), plan=draft.plan)
    if id_ is None:
        return _Decision(row=row, plan=draft.plan)
    before = organizations.plan_of(stored[id_])
    wanted = replace(
        before,
        **{name: getattr(draft.plan, name) for name in _FIELDS if name in draft.says},
    )
    for column, taken_error in (("name", NameTakenError()), ("slug", SlugTakenError())):
        if taken.get((column, getattr(wanted, column)), id_) != id_:
            return _Decision(row=_refused(row, column, taken_error), plan=wanted)
    changed = tuple(name for name in _FIELDS if getattr(wanted, name) != getattr(before, name))
    outcome = Outcome.CHANGED if changed else Outcome.UNCHANGED
    return _Decision(
        row=replace(row, outcome=outcome, changed=changed), organization_id=id_, plan=wanted
    )


def _find(draft: OrganizationDraft, names: Names) -> int | None:
    """Return whom a row means: whoever has the short name, else whoever has the name."""
    by_slug = names.find_slug(draft.plan.slug) if draft.plan.slug else None
    return names.find(draft.plan.name) if by_slug is None else by_slug


def _refused(row: Row, column: str, error: DomainError) -> Row:
    problem = Problem(row=row.number, column=column, error=error)
    return replace(row, outcome=Outcome.REFUSED, problems=(problem,))
