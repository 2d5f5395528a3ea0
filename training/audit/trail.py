"""Writing the audit trail."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

import sqlalchemy as sa

from training.audit.models import AuditEntry
from training.db import insert_rows


@dataclass(frozen=True, kw_only=True, slots=True)
class Act:
    """One act worth explaining later; see :class:`training.audit.models.AuditEntry`."""

    action: str
    subject_kind: str
    subject_id: int
    training_session_id: int | None = None
    because_id: int | None = None
    before: Mapping[str, Any] | None = None
    after: Mapping[str, Any] | None = None


_entry = cast("sa.Table", AuditEntry.__table__)
_INSERT = sa.insert(_entry).returning(_entry.c.id, _entry.c.subject_id)


def record_acts(acts: Sequence[Act], *, actor_id: int | None, now: datetime) -> dict[int, int]:
    """Write acts on different subjects of one kind, in one statement.

    :return: the audit entry's id for each subject's id.
    """
    if not acts:
        return {}
    rows = [
        {
            "at": now,
            "actor_id": actor_id,
            "action": act.action,
            "subject_kind": act.subject_kind,
            "subject_id": act.subject_id,
            "training_session_id": act.training_session_id,
            "because_id": act.because_id,
            "before": None if act.before is None else dict(act.before),
            "after": None if act.after is None else dict(act.after),
        }
        for act in acts
    ]
    written = insert_rows(_INSERT, rows)
    return {row.subject_id: row.id for row in written}


def record_act(act: Act, *, actor_id: int | None, now: datetime) -> int:
    """Write one act.

    :return: the audit entry's id.
    """
    return record_acts([act], actor_id=actor_id, now=now)[act.subject_id]
