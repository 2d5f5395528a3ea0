"""The books after a storm: who got what, and whether each was told so, once."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from tests.load.calls import Heard, rank_told
from training.audit.models import AuditEntry
from training.db import db
from training.notifications.models import Message
from training.people.models import Person
from training.registrations.models import Registration
from training.registrations.values import RegistrationStatus
from training.sessions.models import TrainingSession
from training.submissions.models import Submission


@dataclass(frozen=True, kw_only=True, slots=True)
class Books:
    """One session's registrations in the order of their tickets, and what was heard of them."""

    rows: list[Any]
    seats: int
    next_ticket: int
    heard: Mapping[str, Heard]
    #: Kinds of messages and acts of the audit trail, with how many there are, by registration.
    messages: Mapping[int, Counter[str]]
    acts: Mapping[int, Counter[str]]
    submissions: int


def read_books(training_session_id: int, heard: Mapping[str, Heard]) -> Books:
    """Read what a storm left behind in one session.

    :param heard: of the people who were registered for this session.
    """
    db.session.rollback()
    session = db.session.get_one(TrainingSession, training_session_id, populate_existing=True)
    rows = db.session.execute(
        sa.select(
            Registration.id,
            Registration.ticket,
            Registration.status,
            Person.email,
            AuditEntry.after.label("entered"),
        )
        .join(Person, Person.id == Registration.person_id)
        .outerjoin(
            AuditEntry,
            sa.and_(
                AuditEntry.subject_kind == "registration",
                AuditEntry.subject_id == Registration.id,
                AuditEntry.action == "registration.register",
            ),
        )
        .where(Registration.training_session_id == training_session_id)
        .order_by(Registration.ticket, AuditEntry.id)
    ).all()
    books = Books(
        rows=list(rows),
        seats=session.capacity or 0,
        next_ticket=session.next_ticket,
        heard=heard,
        messages=_counted(Message.registration_id, Message.kind, training_session_id),
        acts=_counted(
            AuditEntry.subject_id,
            AuditEntry.action,
            training_session_id,
            AuditEntry.subject_kind == "registration",
        ),
        submissions=db.session.scalars(
            sa.select(sa.func.count())
            .select_from(Submission)
            .where(Submission.purpose == f"register:{training_session_id}")
        ).one(),
    )
    db.session.rollback()  # PostgreSQL would end it, idle during the next storm
    return books


def _counted(
    of: Any, what: Any, training_session_id: int, *only: sa.ColumnElement[bool]
) -> dict[int, Counter[str]]:
    counted: dict[int, Counter[str]] = {}
    for registration_id, kind, number in db.session.execute(
        sa.select(of, what, sa.func.count())
        .join(Registration, Registration.id == of)
        .where(Registration.training_session_id == training_session_id, *only)
        .group_by(of, what)
    ):
        counted.setdefault(registration_id, Counter())[kind] += number
    return counted


Check = Callable[[Books], Iterator[str]]


def nobody_is_lost_or_double(books: Books) -> Iterator[str]:
    """Each person has one registration, one entry of it in the audit trail, one stored answer."""
    found = Counter(row.email for row in books.rows)
    for email in books.heard.keys() | found.keys():
        if found[email] != 1 or email not in books.heard:
            yield f"{email} is there {found[email]} times"
    if books.submissions != len(books.heard):
        yield f"{books.submissions} answers are stored for {len(books.heard)} forms"


def tickets_have_no_gap(books: Books) -> Iterator[str]:
    """Tickets count from 1, in the order in which rows were written under the lock."""
    tickets = [row.ticket for row in books.rows]
    if tickets != list(range(1, books.next_ticket)):
        yield f"{len(tickets)} tickets up to {max(tickets, default=0)}, next {books.next_ticket}"
    ids = [row.id for row in books.rows]
    if ids != sorted(ids):
        yield "a later ticket was written first"


def first_come_first_served(books: Books) -> Iterator[str]:
    """The first tickets have the seats, and all others wait."""
    for row in books.rows:
        wanted = RegistrationStatus.CONFIRMED
        if row.ticket > books.seats:
            wanted = RegistrationStatus.WAITLISTED
        if row.status != wanted:
            yield f"ticket {row.ticket} is {row.status}"


def one_message_and_entry_each(books: Books) -> Iterator[str]:
    """Each has the one message that tells how they stand, and one entry in the audit trail."""
    for row in books.rows:
        messages = books.messages.get(row.id)
        if messages != {f"registration.{row.status}": 1}:
            yield f"ticket {row.ticket} is {row.status} and has the messages {messages}"
        acts = books.acts.get(row.id)
        if acts != {"registration.register": 1}:
            yield f"ticket {row.ticket} has the entries {acts}"


def each_was_told_how_they_stood(books: Books) -> Iterator[str]:
    """Every answer to every send of one key says the same, and what became of it."""
    for row in books.rows:
        heard = books.heard.get(row.email, Heard())
        told = {answer for _, answer in heard.answers}
        entered = row.entered or {}
        if len(told) != 1:
            yield f"{row.email} was told {sorted(told)}"
        elif {answer.split()[0] for answer in told} != {entered.get("status")}:
            yield f"{row.email} was told {told}, and entered as {entered}"


def each_was_told_their_rank(books: Books) -> Iterator[str]:
    """Where nobody gave a seat up, the place in line follows from the ticket."""
    for row in books.rows:
        told = {answer for _, answer in books.heard.get(row.email, Heard()).answers}
        if told != {rank_told(row.status, row.ticket, books.seats)}:
            yield f"ticket {row.ticket} is {row.status} and was told {sorted(told)}"


def who_was_answered_first_came_first(books: Books) -> Iterator[str]:
    """If one answer came before another was sent, its ticket is the smaller one."""
    ticket_of = {row.email: row.ticket for row in books.rows}
    answered = sorted(
        (one.first_answered, ticket_of[email])
        for email, one in books.heard.items()
        if email in ticket_of and one.answers
    )
    sent = sorted(
        (one.first_sent, ticket_of[email])
        for email, one in books.heard.items()
        if email in ticket_of
    )
    newest, position = 0, 0
    for at, ticket in sent:
        while position < len(answered) and answered[position][0] < at:
            newest = max(newest, answered[position][1])
            position += 1
        if ticket < newest:
            yield f"ticket {ticket} was sent after ticket {newest} had been answered"


#: What holds whatever else happens to the session.
ALWAYS: tuple[Check, ...] = (
    nobody_is_lost_or_double,
    tickets_have_no_gap,
    each_was_told_how_they_stood,
    who_was_answered_first_came_first,
)
#: What holds where people only register.
UNDISTURBED: tuple[Check, ...] = (
    *ALWAYS,
    first_come_first_served,
    one_message_and_entry_each,
    each_was_told_their_rank,
)


def problems(books: Books, checks: tuple[Check, ...]) -> list[str]:
    return [f"{check.__name__}: {found}" for check in checks for found in check(books)]
