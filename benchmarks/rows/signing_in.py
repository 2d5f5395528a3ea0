"""Signing in: how near the hash's own limit, and what everybody else feels of it."""

import time
from concurrent.futures import ThreadPoolExecutor

import sqlalchemy as sa
from argon2 import PasswordHasher

from benchmarks import load
from benchmarks.browser import Browser
from benchmarks.load import LoadError
from benchmarks.rows.bench import CLIENTS, Bench, Figures
from benchmarks.site import WORKERS
from benchmarks.world.living import PASSWORD
from training.accounts.models import SignIn

_READERS = 2
_A_SECOND = 400
_SIGN_INS = sa.select(sa.func.count()).select_from(SignIn)


def sign_in(bench: Bench) -> Figures:
    """Measure 8 clients that sign in, beside two that read."""
    pages = [load.get(bench.host, page.path) for page in bench.world.pages]
    quiet = load.send(bench.server.port, pages, clients=_READERS, seconds=bench.seconds)
    before = bench.scalar(_SIGN_INS)
    requests = _forms(bench)
    with load.sending(bench.server.port, pages, clients=_READERS, seconds=bench.seconds) as reading:
        beside, _ = bench.measure(requests, clients=CLIENTS, once=True)
        disturbed = reading.answered()
    # Alone, because the readers take processor time from them.
    alone, answered = bench.measure(_forms(bench), clients=CLIENTS, once=True)
    stored = bench.scalar(_SIGN_INS) - before
    if stored < answered.requests:
        raise LoadError(f"{answered.requests} signed in, and {stored} sign-ins were stored")
    limit = _hashes_a_second(bench.seconds)
    return {
        "rps": alone["rps"],
        "beside_rps": beside["rps"],
        "limit_rps": limit,
        "of_limit": alone["rps"] / limit,
        "others_p99": disturbed.p99_ms / quiet.p99_ms,
        "others_p99_ms": disturbed.p99_ms,
    }


def _forms(bench: Bench) -> list[bytes]:
    browser = Browser(bench.site.port)
    path = "/account/sign-in"
    fields = browser.hidden_fields(path) | {"password": PASSWORD}
    accounts = bench.world.accounts
    return [
        load.post_form(
            bench.host, path, fields | {"email": accounts[n % len(accounts)]}, browser.cookie
        )
        for n in range(int(_A_SECOND * bench.seconds))
    ]


def _hashes_a_second(seconds: float) -> float:
    """Return how many hashes this machine makes where each worker makes one after another."""
    # Threads will do: nothing of Python runs while one is made.
    with ThreadPoolExecutor(WORKERS) as hashing:
        return sum(hashing.map(_hash_for, [seconds] * WORKERS))


def _hash_for(seconds: float) -> float:
    # The product's own parameters: PasswordHasher's defaults are others.
    hasher = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)
    hashed = hasher.hash(PASSWORD)
    made, began = 0, time.perf_counter()
    while time.perf_counter() - began < seconds:
        hasher.verify(hashed, PASSWORD)
        made += 1
    return made / (time.perf_counter() - began)
