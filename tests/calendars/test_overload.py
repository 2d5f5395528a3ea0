"""What programs get when very many of them ask at once, and when there is too much to do."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from unittest.mock import Mock

import pytest

from tests.calendars.feeds import make_token, path_of, read
from tests.clients import IsolatedClient
from tests.factories import Make
from training.calendars import service
from training.calendars.values import FeedKind
from training.errors import BusyError

Statements = Callable[[], AbstractContextManager[list[str]]]
PUBLIC = "/calendar/sessions.ics"


def test_ics_11_all_who_come_back_at_the_full_hour_cost_two_looks_each(
    client: IsolatedClient, make: Make, statements: Statements
) -> None:
    """ICS-11: nothing is joined, nothing written, and nothing in between may keep it."""
    account = make.trainer()
    make.training_session(trainer_ids=(account.person_id,))
    tokens = [make_token(FeedKind.TRAINER, account.person_id) for _ in range(12)]
    etags = [read(client, token).headers["ETag"] for token in tokens]

    with statements() as sent:
        answers = [
            client.get(path_of(token), headers={"If-None-Match": etag})
            for token, etag in zip(tokens, etags, strict=True)
        ]

    assert {answer.status_code for answer in answers} == {304}
    assert {answer.headers["Cache-Control"] for answer in answers} == {"private, no-cache"}
    assert [answer.data for answer in answers] == [b""] * 12
    assert len(sent) == 24
    assert [one for one in sent if not one.startswith("SELECT") or "body" in one] == []


@pytest.mark.parametrize("engine", ["sqlite"])
def test_ics_11_who_comes_while_the_database_is_busy_is_told_to_come_again(
    client: IsolatedClient, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """ICS-11: never an empty calendar, or a page with 200 that a program takes for its calendar."""
    token = make_token(FeedKind.STAFF, make.coordinator().person_id)
    for name in ("secret_feed_state", "public_feed_state"):
        monkeypatch.setattr(service, name, Mock(side_effect=BusyError()))

    for path in (path_of(token), PUBLIC):
        refused = client.get(path)
        assert refused.status_code == 503
        assert int(refused.headers["Retry-After"]) > 0
        assert refused.headers["Cache-Control"] == "no-store"
        assert "ETag" not in refused.headers
        assert b"BEGIN:VCALENDAR" not in refused.data
        assert token.encode() not in refused.data
