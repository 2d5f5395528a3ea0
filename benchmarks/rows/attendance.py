"""Attendance: one mark, 200 at once, two trainers at once, and the sheet."""

import random
import secrets
import time
from collections.abc import Mapping, Sequence

import sqlalchemy as sa

from benchmarks import load
from benchmarks.load import LoadError
from benchmarks.rows.bench import CLIENTS, Bench, Figures
from benchmarks.world import ClassRoom
from training.attendance.models import Attendance, AttendanceMark

_STATUSES = ("present", "late", "absent")
_LONE_A_SECOND = 5_000
_BATCHES_A_SECOND = 400
Headers = Mapping[str, str]

_MARKS = sa.select(sa.func.count()).select_from(AttendanceMark)


def lone_mark(bench: Bench) -> Figures:
    """Measure one mark, by 8 phones of one trainer in several classes."""
    headers = _headers(bench, bench.world.trainers[0])
    everybody = [(one, id_) for one in bench.world.classes for id_ in one.registration_ids]
    chosen = random.choices(everybody, k=int(_LONE_A_SECOND * bench.seconds))  # noqa: S311 -- whom is all the same
    requests = [
        _batch(bench, one, [id_], random.choice(_STATUSES), headers)  # noqa: S311 -- likewise
        for one, id_ in chosen
    ]
    figures, _stored = _mark(bench, requests, each=1, clients=CLIENTS)
    return figures


def marks_at_once(bench: Bench) -> Figures:
    """Measure 200 marks in one request: by one trainer alone, then by two at the same time."""
    trainers = [_headers(bench, email) for email in bench.world.trainers]
    one = bench.world.classes[0]
    size = len(one.registration_ids)
    alone, _ = _mark(bench, _batches(bench, one, trainers[:1]), each=size, clients=1)
    both, stored = _mark(bench, _batches(bench, one, trainers), each=size, clients=2)
    return {
        "p50_ms": alone["p50_ms"],
        "cpu_ms": alone["cpu_ms"],
        "two_p50_ms": both["p50_ms"],
        "two_worst_ms": both["worst_ms"],
        "lost": _lost(bench, one),
        "two_marks": stored,
    }


def sheet(bench: Bench) -> Figures:
    """Measure the sheet of 200 people, most of whom are marked."""
    one = bench.world.classes[-1]
    cookie = bench.signed_in(bench.world.trainers[0]).cookie
    return bench.get([f"/trainer/meetings/{one.meeting_id}"], cookie)


def _headers(bench: Bench, email: str) -> Headers:
    """Return by what the phone of a trainer is known, and its page with it."""
    browser = bench.signed_in(email)
    path = f"/trainer/meetings/{bench.world.classes[0].meeting_id}"
    token = browser.hidden_fields(path)["csrf_token"]  # the cookie must match it
    return browser.cookie | {"X-CSRFToken": token}


def _mark(
    bench: Bench, requests: Sequence[bytes], *, each: int, clients: int
) -> tuple[Figures, int]:
    before = bench.scalar(_MARKS)
    figures, answered = bench.measure(requests, clients=clients, once=True)
    stored = bench.scalar(_MARKS) - before
    if not answered.requests * each <= stored <= (answered.requests + clients) * each:
        raise LoadError(f"{answered.requests} x {each} marks were answered, {stored} stored")
    return figures, stored


def _lost(bench: Bench, one: ClassRoom) -> int:
    """Return for how many people what counts now is not what was marked last."""
    newest = (
        sa.select(sa.func.max(AttendanceMark.id).label("id"))
        .where(AttendanceMark.meeting_id == one.meeting_id)
        .group_by(AttendanceMark.registration_id)
        .subquery()
    )
    right = bench.scalar(
        sa.select(sa.func.count())
        .select_from(Attendance)
        .join(newest, newest.c.id == Attendance.mark_id)
        .where(Attendance.meeting_id == one.meeting_id)
    )
    return len(one.registration_ids) - right


def _batches(bench: Bench, one: ClassRoom, trainers: Sequence[Headers]) -> list[bytes]:
    return [
        _batch(
            bench,
            one,
            # Each in another order: who locks rows in the order of a request would be stuck.
            random.sample(one.registration_ids, len(one.registration_ids)),
            _STATUSES[number % len(_STATUSES)],
            trainers[number % len(trainers)],
        )
        for number in range(int(_BATCHES_A_SECOND * bench.seconds))
    ]


def _batch(
    bench: Bench,
    one: ClassRoom,
    registration_ids: Sequence[int],
    status: str,
    headers: Headers,
) -> bytes:
    nonce = secrets.token_urlsafe(12)
    claimed_at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    marks = [
        {
            "registration": id_,
            "status": status,
            "nonce": f"{nonce}.{id_}",
            "claimed_at": claimed_at,
        }
        for id_ in registration_ids
    ]
    path = f"/trainer/meetings/{one.meeting_id}/marks"
    content = {"marks": marks, "sent_at": claimed_at}
    return load.post_json(bench.host, path, content, headers)
