"""LOAD-03 over HTTP: two hosts on one PostgreSQL database; the full size: ``make load``."""

from concurrent.futures import ThreadPoolExecutor, wait

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.factories import Make
from tests.load.books import ALWAYS, problems, read_books
from tests.load.calls import calls
from tests.load.conftest import Serve
from tests.load.leaving import Leavers
from tests.load.sampling import sample
from tests.load.sizes import HTTP, Fault, chance_of, figures
from tests.load.visitors import Killer, Visitors, visit
from training.audit.models import AuditEntry
from training.checks.service import audit
from training.clock import utc_now
from training.db import db

pytestmark = pytest.mark.xdist_group("load")


@pytest.mark.parametrize("engine", ["postgresql"])
def test_load_03_two_hosts_give_seats_on_and_the_invariants_hold_at_every_moment(
    app: Flask, make: Make, serve: Serve
) -> None:
    """LOAD-03: whoever cancels at one host promotes those who registered at the other."""
    faults = HTTP.faults()
    session = make.training_session(capacity=HTTP.seats)
    hosts = serve(2)
    visitors = Visitors(hosts)
    killer = Killer(hosts, len(faults) // len(Fault), chance_of("killer"))
    leavers = Leavers(app, hosts, each_second=100)
    found, samples = [], 0
    with ThreadPoolExecutor(1) as one, leavers:
        storm = one.submit(visit, visitors, calls([session.id], HTTP.calls), faults, killer)
        while not storm.done():
            found += sample()
            samples += 1
            wait([storm], timeout=0.05)
    found += sample()

    heard = visitors.heard
    figures(
        "LOAD-03 HTTP two hosts postgresql",
        [one.wait for one in heard.values()],
        storm.result(),
        busy=sum(one.busy for one in heard.values()),
        kills=killer.kills,
        unknown=sum(one.is_unknown for one in heard.values()),
        samples=samples,
    )
    seconds = leavers.seconds
    figures("LOAD-03 those who leave", leavers.waits, seconds, **dict(leavers.answers))
    assert visitors.faults == {}
    assert found == []
    assert samples > 5
    assert problems(read_books(session.id, heard), ALWAYS) == []
    assert set(leavers.answers) <= {"given up", "unknown", "503"}
    given_up = db.session.scalars(
        sa.select(sa.func.count()).where(AuditEntry.action == "registration.cancel")
    ).one()
    assert leavers.answers["given up"] > 0
    assert 0 < given_up <= leavers.answers.total()
    assert audit(now=utc_now()) == []
