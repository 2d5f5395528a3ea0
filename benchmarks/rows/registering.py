"""Registering: steadily in many sessions, and everybody at once in one."""

import secrets
from collections.abc import Sequence
from itertools import cycle, islice

import sqlalchemy as sa

from benchmarks import load
from benchmarks.browser import Browser
from benchmarks.load import Answered, LoadError
from benchmarks.rows.bench import CLIENTS, Bench, Figures
from training.registrations.models import Registration
from training.submissions.models import Submission

#: Registrations that are prepared for each second: more than any machine takes.
_A_SECOND = 4_000
_STORMING = 64
#: Networks that people come from; one may send a form so and so often.
_NETWORKS = 4_000


def steady(bench: Bench) -> Figures:
    """Measure the form's POST, by 8 clients in many sessions."""
    ids = [page.training_session_id for page in bench.world.pages]
    return _register(bench, ids, clients=CLIENTS)


def storm(bench: Bench) -> Figures:
    """Measure the same, by 64 clients in one session that most of them find full."""
    return _register(bench, [next(bench.storms)], clients=_STORMING)


def _register(bench: Bench, session_ids: Sequence[int], *, clients: int) -> Figures:
    requests = _forms(bench, session_ids)
    counts = (
        sa.select(sa.func.count()).select_from(Registration),
        sa.select(sa.func.count()).select_from(Submission),
    )
    before = [bench.scalar(count) for count in counts]
    figures, answered = bench.measure(requests, clients=clients, once=True)
    for count, earlier in zip(counts, before, strict=True):
        _refuse_other_books(answered, clients, stored=bench.scalar(count) - earlier)
    return figures


def _refuse_other_books(answered: Answered, clients: int, *, stored: int) -> None:
    """Stop unless there is a row for each request; those under way at the end were not counted."""
    if not answered.requests <= stored <= answered.requests + clients:
        raise LoadError(f"{answered.requests} were answered, and {stored} rows were stored")


def _forms(bench: Bench, session_ids: Sequence[int]) -> list[bytes]:
    browser = Browser(bench.site.port)
    fields = browser.hidden_fields(f"/sessions/{session_ids[0]}/register")
    run = bench.next_number()
    requests = []
    wanted = int(_A_SECOND * max(1, bench.seconds))
    for number, training_session_id in enumerate(islice(cycle(session_ids), wanted)):
        network = (run * wanted + number) % _NETWORKS
        sent = fields | {
            "key": secrets.token_urlsafe(32),
            "people-0-name": f"Ada Runner {run} {number}",
            "people-0-email": f"runner.{run}.{number}@example.net",
            "organization": "",
            "consent": "y",
        }
        headers = browser.cookie | {"X-Forwarded-For": f"10.1.{network // 250}.{network % 250}"}
        path = f"/sessions/{training_session_id}/register"
        requests.append(load.post_form(bench.host, path, sent, headers))
    return requests
