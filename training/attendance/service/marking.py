"""Marking who came: append-only marks, and the current status they add up to."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from training.accounts.policy import Scope
from training.attendance import rules
from training.attendance.rules import MeetingState, Tally, last_by_registration, tally
from training.attendance.service import statements
from training.attendance.values import (
    Claim,
    Mark,
    MarkSource,
    Recorded,
    Standing,
    StoredMark,
    TakeBack,
)
from training.audit.trail import Act, record_act
from training.db import core
from training.errors import NotFoundError


@dataclass(frozen=True, kw_only=True, slots=True)
class _Locked:
    """A meeting that may be marked now, and whose session is locked."""

    id: int
    training_session_id: int
    #: How many hold a seat.
    confirmed: int


def record_marks(
    meeting_id: int,
    claims: Sequence[Claim],
    *,
    source: MarkSource,
    actor_id: int,
    scope: Scope,
    sent_at: datetime | None = None,
    now: datetime,
) -> Recorded:
    """Keep every mark of a batch that can be kept, and say of each what became of it.

    Of two who mark the same person, the one whose batch is written last is believed; both marks
    stay. A mark that comes a second time changes nothing, and is told from a new one. What is only
    for the unmarked, or takes a mark back, leaves whoever was marked meanwhile.

    :param sent_at: what the sender's clock shows; kept beside what it claims, and not believed.
    :param now: aware; the only time that decides anything.
    :raise NotFoundError: there is no such meeting, or it is not theirs to mark.
    :raise ConflictError: the meeting cannot be marked now; see ``attendance.errors``.
    """
    locked = _lock(meeting_id, actor_id=actor_id, scope=scope, now=now)
    marks = rules.resolve(claims, _history_to_undo(meeting_id, claims), actor_id=actor_id)
    wanted = {mark.registration_id for mark in marks if isinstance(mark, Mark)}
    marked, standing_of = _standing(locked, wanted)
    judged = rules.judge(marks, standing_of)
    to_write = list(judged.to_write.values())
    is_staff = scope is Scope.ALL
    sources = [
        rules.source_of(
            standing_of[mark.registration_id], source, actor_id=actor_id, is_staff=is_staff
        )
        for mark in to_write
    ]
    written = _write(
        list(zip(to_write, sources, strict=True)),
        meeting_id=meeting_id,
        clock_ahead_seconds=rules.clock_ahead_seconds(sent_at, now=now),
        recorded_at=now,
        recorded_by=actor_id,
    )
    unwritten = [
        mark.nonce for mark in marks if isinstance(mark, Mark) and mark.nonce not in written
    ]
    results = rules.settle(
        judged,
        marks,
        written=written,
        stored=_seen_before(meeting_id, unwritten),
        standing_of=standing_of,
    )
    saved = [mark for mark in to_write if mark.nonce in written]
    if saved:
        mark_ids = [written[mark.nonce] for mark in last_by_registration(saved).values()]
        _execute(statements.MAKE_CURRENT, {"mark_ids": mark_ids, "actor_id": actor_id})
        counted = tally(saved, standing_of, actor_id=actor_id)
        marked += counted.newly_marked
        _tell(locked, counted, marks=len(saved), marked=marked, actor_id=actor_id, now=now)
    return Recorded(results=results, marked=marked, total=locked.confirmed)


def take_back(
    meeting_id: int, save: str, *, actor_id: int, scope: Scope, now: datetime
) -> Recorded:
    """Put everybody back where they stood before one save of a sheet.

    That is a mark too: nothing is deleted. Whoever was marked again since keeps the newer mark.

    :param save: the beginning of the nonces of that save's marks.
    :raise NotFoundError: as :func:`record_marks`; :raise ConflictError: likewise.
    """
    _lock(meeting_id, actor_id=actor_id, scope=scope, now=now)
    bound = {"meeting_id": meeting_id, "prefix": f"{save}."}
    history = _stored(statements.HISTORY_OF_SAVE, bound)
    of_save = {
        mark.id
        for mark in history
        if mark.nonce.startswith(f"{save}.") and mark.recorded_by == actor_id
    }
    return record_marks(
        meeting_id,
        [
            Mark(
                registration_id=registration_id,
                status=status,
                nonce=f"undo.{save}.{registration_id}",
            )
            for registration_id, status in rules.taken_back(history, of_save=of_save).items()
        ],
        source=MarkSource.TRAINER,
        actor_id=actor_id,
        scope=scope,
        now=now,
    )


def _lock(meeting_id: int, *, actor_id: int, scope: Scope, now: datetime) -> _Locked:
    bound = {"meeting_id": meeting_id, "person_id": actor_id}
    row = core().execute(statements.LOCK[scope], bound).one_or_none()
    if row is None:
        raise NotFoundError
    state = MeetingState(
        session_status=row.session_status,
        cancelled_at=row.cancelled_at,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
    )
    if refusal := rules.why_not(state, is_staff=scope is Scope.ALL, now=now):
        raise refusal
    return _Locked(
        id=meeting_id, training_session_id=row.training_session_id, confirmed=row.confirmed
    )


def _standing(
    locked: _Locked, registration_ids: Collection[int]
) -> tuple[int, dict[int, Standing]]:
    """Return how many have a mark, and how those named who hold a seat stand."""
    rows = _execute(
        statements.STANDING,
        {
            "meeting_id": locked.id,
            "training_session_id": locked.training_session_id,
            "registration_ids": sorted(registration_ids),
        },
    ).all()
    return rows[0].marked, {
        id_: Standing(status=status, recorded_by=recorded_by)
        for _, id_, status, recorded_by in rows
        if id_ is not None
    }


def _write(marks: Sequence[tuple[Mark, MarkSource]], **shared: Any) -> dict[str, int]:
    """Insert the marks whose nonce is new; returns their ids by nonce.

    :param marks: each with its source; :param shared: what ``statements.SHARED`` names.
    """
    if not marks:
        return {}
    rows = [
        (
            mark.registration_id,
            mark.status,
            source,
            mark.nonce,
            mark.claimed_at and _stored_time(mark.claimed_at),
        )
        for mark, source in marks
    ]
    return dict(_execute(statements.ADD, {"marks": rows, **shared}).all())


def _tell(
    locked: _Locked, counted: Tally, *, marks: int, marked: int, actor_id: int, now: datetime
) -> None:
    record_act(
        Act(
            action="attendance.mark",
            subject_kind="meeting",
            subject_id=locked.id,
            training_session_id=locked.training_session_id,
            after={
                "marks": marks,
                **{str(status): n for status, n in counted.by_status.items()},
                "disagreed": counted.disagreed,
                "marked": marked,
                "total": locked.confirmed,
            },
        ),
        actor_id=actor_id,
        now=now,
    )


def _execute(
    statement_of: Mapping[str, Any], bound: Mapping[str, Any]
) -> sa.Result[*tuple[Any, ...]]:
    """Execute what each database spells in its own way."""
    connection = core()
    return connection.execute(statement_of[connection.dialect.name], bound)


def _stored_time(aware: datetime) -> str:
    """Return an instant as both databases take it from a list."""
    return aware.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")


def _seen_before(meeting_id: int, nonces: Sequence[str]) -> Mapping[str, StoredMark]:
    if not nonces:
        return {}
    found = _stored(statements.SEEN, {"meeting_id": meeting_id, "nonces": list(nonces)})
    return {mark.nonce: mark for mark in found}


def _history_to_undo(meeting_id: int, claims: Sequence[Claim]) -> list[StoredMark]:
    """Return all marks of whoever is to be put back where they stood."""
    people = {claim.registration_id for claim in claims if isinstance(claim, TakeBack)}
    if not people:
        return []
    bound = {"meeting_id": meeting_id, "registration_ids": sorted(people)}
    return _stored(statements.HISTORY_OF_PEOPLE, bound)


def _stored(statement: sa.Select[Any], bound: Mapping[str, Any]) -> list[StoredMark]:
    return [
        StoredMark(**row._mapping)  # noqa: SLF001 -- the public name for a row as a mapping
        for row in core().execute(statement, bound)
    ]
