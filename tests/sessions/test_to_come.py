"""PERF: what is not over is found by its end, however many years of sessions came before."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest

from tests.clients import IsolatedClient
from tests.factories import Make
from training.db import db


# PostgreSQL plans by how many rows there are.
@pytest.mark.parametrize("engine", ["sqlite"])
@pytest.mark.parametrize(
    "path",
    ["/sessions/", "/sessions/?after=17-1", "/staff/schedule/", "/staff/schedule/?after=17-1"],
)
def test_no_list_of_what_is_to_come_reads_the_index_of_the_starts(
    client: IsolatedClient,
    make: Make,
    statements: Callable[[], AbstractContextManager[list[str]]],
    path: str,
) -> None:
    make.training_session()
    client.sign_in(make.coordinator())

    with statements() as sent:
        assert client.get(path).status_code == 200

    listed = [one for one in sent if "training_session.ends_at >" in one]
    assert listed
    for statement in listed:
        plan = _plan(statement)
        assert "ix_training_session_ends_at" in plan
        assert "starts_at" not in plan


def _plan(statement: str) -> str:
    """Return how SQLite reads, with any value for each parameter."""
    values = ("x",) * statement.count("?")
    with db.engine.connect() as connection:
        rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
        return "\n".join(row.detail for row in rows)
