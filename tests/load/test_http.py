"""LOAD-01 and LOAD-02 on a real server of two workers, on both engines: real forms."""

import pytest
from flask import Flask

from tests.factories import Make
from tests.load.books import UNDISTURBED, problems, read_books
from tests.load.calls import calls
from tests.load.conftest import Serve
from tests.load.sizes import HTTP, Fault, chance_of, figures
from tests.load.visitors import Killer, Visitors, visit
from training.checks.service import audit
from training.clock import utc_now
from training.db import db

pytestmark = pytest.mark.xdist_group("load")


def test_load_01_and_02_over_http_everybody_gets_one_registration_and_its_answer(
    app: Flask, make: Make, serve: Serve, engine: str
) -> None:
    """LOAD-01; LOAD-02: with double sends, killed workers, and people who do not wait."""
    servers = serve(1)
    for case in ("LOAD-01", "LOAD-02"):
        faults = HTTP.faults() if case == "LOAD-02" else {}
        session_id = make.training_session(capacity=HTTP.seats).id
        db.session.rollback()  # PostgreSQL would end it, idle during the storm
        visitors = Visitors(servers)
        killer = Killer(servers, len(faults) // len(Fault), chance_of("killer"))

        seconds = visit(visitors, calls([session_id], HTTP.calls, case), faults, killer)

        assert visitors.faults == {}
        heard = visitors.heard
        figures(
            f"{case} HTTP {engine}",
            [one.wait for one in heard.values()],
            seconds,
            busy=sum(one.busy for one in heard.values()),
            kills=killer.kills,
            unknown=sum(one.is_unknown for one in heard.values()),
        )
        assert killer.kills == len(faults) // len(Fault)
        assert problems(read_books(session_id, heard), UNDISTURBED) == []
    assert audit(now=utc_now()) == []
    for server in servers:
        assert server.process.poll() is None
        assert "Traceback" not in server.output.read_text()
