"""The readers of the books and the sampler see what is wrong: else the storms prove nothing."""

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.factories import Make
from tests.load import acts
from tests.load.books import UNDISTURBED, problems, read_books
from tests.load.calls import Heard, Storm, calls
from tests.load.sampling import sample
from training.db import db, transaction

PEOPLE, SEATS = 6, 2

Spoil = str | Callable[[Storm], None]


def heard_late(heard: Storm) -> None:
    """The last was answered before the first had sent anything."""
    heard["ada5@example.org"] = Heard(sent=[-2.0], answers=[(-1.0, "waitlisted 4")])


def heard_else(heard: Storm) -> None:
    """A second send was answered with something else."""
    heard["ada3@example.org"].answers.append((9.0, "waitlisted 1"))


def heard_more(heard: Storm) -> None:
    """Somebody was answered, and is not there."""
    heard["eve@example.org"] = Heard(sent=[7.0], answers=[(8.0, "waitlisted 5")])


WRONG: dict[str, tuple[Spoil, set[str]]] = {
    "a ticket is missing": (
        "UPDATE registration SET ticket = 9 WHERE ticket = 6",
        {"tickets_have_no_gap", "each_was_told_their_rank"},
    ),
    "one was overtaken": (
        (
            "UPDATE registration SET status = CASE ticket WHEN 2 THEN 'waitlisted' "
            "ELSE 'confirmed' END WHERE ticket IN (2, 3)"
        ),
        {"first_come_first_served", "one_message_and_entry_each", "each_was_told_their_rank"},
    ),
    "a message is missing": (
        "DELETE FROM message WHERE id = (SELECT max(id) FROM message)",
        {"one_message_and_entry_each"},
    ),
    "an entry is missing": (
        (
            "UPDATE audit_entry SET subject_kind = 'meeting' WHERE action = 'registration.register'"
            " AND subject_id = (SELECT max(id) FROM registration)"
        ),
        {"one_message_and_entry_each", "each_was_told_how_they_stood"},
    ),
    "an answer is not stored": (
        "DELETE FROM submission WHERE id = (SELECT max(id) FROM submission)",
        {"nobody_is_lost_or_double"},
    ),
    "who came first was served last": (heard_late, {"who_was_answered_first_came_first"}),
    "a second answer says something else": (
        heard_else,
        {"each_was_told_how_they_stood", "each_was_told_their_rank"},
    ),
    "somebody is lost": (heard_more, {"nobody_is_lost_or_double"}),
}


def registered(session_id: int) -> Storm:
    """Register everybody, one after the other."""
    return {
        call.email: Heard(sent=[float(n)], answers=[(n + 0.5, acts.register(call))])
        for n, call in enumerate(calls([session_id], PEOPLE))
    }


@pytest.mark.parametrize("engine", ["sqlite"])
@pytest.mark.parametrize("name", list(WRONG))
def test_load_01_teeth_each_reader_of_the_books_sees_what_it_is_for(
    app: Flask, make: Make, name: str
) -> None:
    spoil, wanted = WRONG[name]
    session = make.training_session(capacity=SEATS)
    heard = registered(session.id)
    assert problems(read_books(session.id, heard), UNDISTURBED) == []

    if isinstance(spoil, str):
        with transaction():
            db.session.execute(sa.text(spoil))
    else:
        spoil(heard)

    found = problems(read_books(session.id, heard), UNDISTURBED)
    assert {one.partition(":")[0] for one in found} == wanted


def test_load_03_teeth_a_sample_sees_each_invariant_broken(app: Flask, make: Make) -> None:
    session = make.training_session(capacity=SEATS)
    registered(session.id)
    assert sample() == []
    seen = []

    for broken, mended in (
        ("confirmed_count = 1", f"confirmed_count = {SEATS}"),
        ("capacity = capacity + 1", f"capacity = {SEATS}"),
        ("next_ticket = 9", f"next_ticket = {PEOPLE + 1}"),
    ):
        for change in (broken, mended):
            with transaction():
                db.session.execute(sa.text(f"UPDATE training_session SET {change}"))  # noqa: S608 -- of this test
            seen.append({one.split()[0] for one in sample()})

    assert seen == [{"I1"}, set(), {"I4"}, set(), {"I3"}, set()]
