"""Staff write to just those people whose calendars have an old time of a session."""

import sqlalchemy as sa
from flask import Flask

from tests.clients import IsolatedClient, values_of
from tests.factories import Make
from tests.staff.calendars import (
    AFTER_MOVE,
    BEFORE_MOVE,
    MOVED,
    look,
    make_session,
    move,
    reader,
    register,
    subscribe,
)
from tests.times import DAY, HOUR, NOW, TOMORROW
from training.audit.models import AuditEntry
from training.calendars.values import FeedKind
from training.clock import utc_now
from training.db import db, transaction
from training.notifications.models import Message
from training.notifications.values import MessageFacts, MessageStatus, Rendered, Untold
from training.people.models import Person
from training.registrations import seats
from training.registrations.models import Registration
from training.registrations.values import CancelledBecause
from training.sessions import service as sessions
from training.sessions.models import TrainingSession
from training.staff.calendar_values import OLD_TIME, WROTE
from training.staff.letters import RENDERERS


def mails() -> list[tuple[int, int | None]]:
    """Return whom mails were queued to, with the registration that they speak of."""
    rows = db.session.execute(
        sa.select(Message.recipient_id, Message.registration_id)
        .where(Message.kind == OLD_TIME)
        .order_by(Message.id)
    )
    return [(recipient_id, registration_id) for recipient_id, registration_id in rows]


def acts() -> list[dict[str, object] | None]:
    return list(
        db.session.scalars(
            sa.select(AuditEntry.after).where(AuditEntry.action == WROTE).order_by(AuditEntry.id)
        )
    )


def written(message: Message) -> Rendered | Untold:
    return RENDERERS[OLD_TIME](
        MessageFacts(
            kind=message.kind,
            recipient_id=message.recipient_id,
            registration_id=message.registration_id,
            training_session_id=message.training_session_id,
            audit_entry_id=message.audit_entry_id,
            queued_at=message.queued_at,
            now=NOW,
        )
    )


def newest() -> Message:
    return db.session.scalars(sa.select(Message).order_by(Message.id.desc()).limit(1)).one()


def no_address(person_id: int) -> None:
    with transaction():
        db.session.execute(
            sa.update(Person).where(Person.id == person_id).values(email=None, email_key=None)
        )


def path_of(session: TrainingSession) -> str:
    return f"/staff/sessions/{session.id}/calendars/write"


def test_those_with_the_old_time_get_one_mail_each(client: IsolatedClient, make: Make) -> None:
    ana, bo = make.trainer(name="Ana"), make.trainer(name="Bo")
    session = make_session(make, ana, bo)
    pat, quinn, rae = (register(make, session, name=name) for name in ("Pat", "Quinn", "Rae"))
    both = db.session.get_one(Person, ana.person_id)
    register(make, session, name="Ana", email=both.email)
    for kind, owner_id, at in (
        (FeedKind.TRAINER, ana.person_id, BEFORE_MOVE),
        (FeedKind.PERSON, ana.person_id, BEFORE_MOVE),
        (FeedKind.TRAINER, bo.person_id, AFTER_MOVE),
        (FeedKind.PERSON, pat, BEFORE_MOVE),
        (FeedKind.PERSON, pat, BEFORE_MOVE),
        (FeedKind.PERSON, quinn, AFTER_MOVE),
        (FeedKind.PERSON, rae, BEFORE_MOVE),
    ):
        reader(kind, owner_id, at)
    no_address(rae)
    move(make, session)
    client.sign_in(make.coordinator(name="Cora"))

    page = client.page(path_of(session))

    text = page.text()
    assert "2 people still have an old time, and get the mail: Ana, trainer Pat, part" in text
    assert (
        "1 person has an old time and no e-mail address. Please tell them another way: Rae" in text
    )
    assert [one for one in ("Bo", "Quinn") if f"{one}, " in text] == []
    assert "Please check the time: Listening" in text
    form = {**values_of(page.form()), "note": "Bring\r\nwater."}
    first, second = (
        client.post(path_of(session), data=form),
        client.post(path_of(session), data=form),
    )
    assert [one.status_code for one in (first, second)] == [303, 303]
    assert first.headers["Location"] == f"/staff/sessions/{session.id}/calendars"
    registration_id = db.session.scalars(
        sa.select(Registration.id).where(Registration.person_id == pat)
    ).one()
    assert mails() == [(ana.person_id, None), (pat, registration_id)]
    assert acts() == [
        {
            "revision": 2,
            "rescheduled_at": MOVED.isoformat(),
            "count": 2,
            "note": "Bring\nwater.",
        }
    ]
    assert (
        "2 mails with the present time are on their way."
        in client.page(f"/staff/sessions/{session.id}/calendars").text()
    )
    history = client.page(f"/staff/sessions/{session.id}/history").text()
    assert (
        "Cora wrote to 2 people whose calendars had an old time, and added: “Bring water.”"
        in history
    )
    assert "Time of a session" in client.page(f"/staff/people/{pat}").text()


def test_nobody_is_written_to_twice_of_one_time_unless_staff_say_so(
    client: IsolatedClient, make: Make
) -> None:
    ana, bo = make.trainer(name="Ana"), make.trainer(name="Bo")
    session = make_session(make, ana, bo)
    reader(FeedKind.TRAINER, ana.person_id, BEFORE_MOVE)
    late = subscribe(FeedKind.TRAINER, bo.person_id)
    move(make, session)
    client.sign_in(make.coordinator())
    assert client.fill(path_of(session)).status_code == 303
    assert mails() == [(ana.person_id, None)]
    look(late, BEFORE_MOVE)

    page = client.page(path_of(session))
    assert "1 person was written to of this time before" in page.text()
    assert client.fill(path_of(session)).status_code == 303
    again = client.fill(path_of(session), {"groups": "trainers"})
    only_again = client.fill(path_of(session), {"groups": "trainers", "again": "y"})
    moved_again = utc_now()
    move(make, session, now=moved_again)
    assert client.fill(path_of(session)).status_code == 303

    a, b = ana.person_id, bo.person_id
    assert again.status_code == 409
    assert "Nobody is left to write to" in again.text
    assert only_again.status_code == 303
    assert mails() == [(a, None), (b, None), (a, None), (b, None), (a, None), (b, None)]
    first, then = MOVED.isoformat(), moved_again.isoformat()
    assert acts() == [
        {"revision": 2, "rescheduled_at": first, "count": 1},
        {"revision": 2, "rescheduled_at": first, "count": 1},
        {"revision": 2, "rescheduled_at": first, "count": 2, "again": True},
        {"revision": 3, "rescheduled_at": then, "count": 2},
    ]


def test_when_nobody_is_left_the_page_says_so_with_new_numbers(
    client: IsolatedClient, make: Make
) -> None:
    ana = make.trainer(name="Ana")
    session = make_session(make, ana)
    feed_id = subscribe(FeedKind.TRAINER, ana.person_id)
    look(feed_id, BEFORE_MOVE)
    move(make, session)
    client.sign_in(make.coordinator())
    form = values_of(client.page(path_of(session)).form())
    look(feed_id, AFTER_MOVE)

    late = client.post(path_of(session), data=form)

    assert late.status_code == 409
    assert "Nobody is left to write to" in late.text
    assert "Nobody to write to" in client.page(path_of(session)).text()
    assert (mails(), acts()) == ([], [])


def test_what_is_wrong_comes_back_as_it_was_typed(client: IsolatedClient, make: Make) -> None:
    ana = make.trainer()
    session = make_session(make, ana)
    reader(FeedKind.TRAINER, ana.person_id, BEFORE_MOVE)
    move(make, session)
    client.sign_in(make.coordinator())

    nobody = client.fill(path_of(session), {"groups": None, "note": "<b>Water</b>"})
    long = client.fill(path_of(session), {"note": "x" * 1_001})
    strange = client.fill(path_of(session), {"groups": "staff"})
    hostile = client.fill(path_of(session), {"note": "a\x00b"})

    assert [one.status_code for one in (nobody, long, strange, hostile)] == [422] * 4
    assert "Tick at least one." in nobody.text
    assert "&lt;b&gt;Water&lt;/b&gt;" in nobody.text
    assert (mails(), acts()) == ([], [])


def test_mail_says_the_present_time_in_the_words_and_zone_of_who_reads_it(
    client: IsolatedClient, make: Make, app: Flask
) -> None:
    ana = make.trainer(name="Ana http://evil.example.org")
    room = make_session(make, ana, title="Listening")
    pat, waiting = register(make, room, name="Pat"), register(make, room, name="Wim")
    for kind, owner_id in (
        (FeedKind.TRAINER, ana.person_id),
        (FeedKind.PERSON, pat),
        (FeedKind.PERSON, waiting),
    ):
        reader(kind, owner_id, BEFORE_MOVE)
    with transaction():
        db.session.execute(
            sa.update(Person).where(Person.id == pat).values(timezone="Asia/Kolkata")
        )
    move(make, room)
    client.sign_in(make.coordinator())
    client.fill(path_of(room), {"note": "See you there."})

    first, second, _third = db.session.scalars(
        sa.select(Message).where(Message.kind == OLD_TIME).order_by(Message.id)
    ).all()
    to_trainer, to_participant = written(first), written(second)

    assert isinstance(to_trainer, Rendered)
    assert isinstance(to_participant, Rendered)
    assert to_trainer.subject == "Please check the time: Listening"
    day = f"{(TOMORROW + DAY):%d %B %Y}".lstrip("0")
    assert f"{day}, 10:00–11:30 (Nairobi time)\nOnline\n" in to_trainer.text
    assert "evil.example.org" not in to_trainer.text
    assert f"http://127.0.0.1:8000/trainer/sessions/{room.id}" in to_trainer.text
    assert "The organizers add:\nSee you there.\n" in to_trainer.text
    assert "because you train this session" in to_trainer.text
    assert (
        f"Your time: {(TOMORROW + DAY):%A, }{day}, 12:30–14:00 (Kolkata time)"
        in to_participant.text
    )
    assert "Hello Pat," in to_participant.text
    [link] = to_participant.secrets
    assert f"http://127.0.0.1:8000/registrations/{link}\n" in to_participant.text
    assert client.get(f"/registrations/{link}").status_code == 200


def test_mail_is_not_sent_to_who_is_not_concerned_any_more(
    client: IsolatedClient, make: Make
) -> None:
    ana = make.trainer(name="Ana")
    session = make_session(make, ana)
    pat = register(make, session, name="Pat")
    reader(FeedKind.TRAINER, ana.person_id, BEFORE_MOVE)
    reader(FeedKind.PERSON, pat, BEFORE_MOVE)
    move(make, session)
    client.sign_in(make.coordinator())
    client.fill(path_of(session))
    to_trainer, to_participant = db.session.scalars(
        sa.select(Message).where(Message.kind == OLD_TIME).order_by(Message.id)
    ).all()
    assert to_trainer.valid_until == TOMORROW + DAY + 1.5 * HOUR
    with transaction():
        sessions.cancel(session.id, actor_id=None, now=NOW)
    called_off = [written(one) for one in (to_trainer, to_participant)]
    assert [one.subject for one in called_off if isinstance(one, Rendered)] == [
        "Session cancelled: Listening"
    ] * 2
    with transaction():
        sessions.reopen(session.id, restores=True, actor_id=None, now=NOW)
    with transaction():
        seats.cancel(
            to_participant.registration_id or 0,
            because=CancelledBecause.PERSON,
            actor_id=None,
            now=NOW,
        )
    assert written(to_participant) is Untold.OUTDATED
    no_address(ana.person_id)
    assert written(to_trainer) is Untold.NO_ADDRESS
    assert to_trainer.status is MessageStatus.QUEUED


def test_session_that_is_over_needs_no_mail(client: IsolatedClient, make: Make) -> None:
    ana = make.trainer()
    session = make_session(make, ana, starts_at=NOW - 3 * DAY)
    reader(FeedKind.TRAINER, ana.person_id, BEFORE_MOVE)
    move(make, session)
    client.sign_in(make.coordinator())

    page = client.page(path_of(session))

    assert "The session is over" in page.text()
    assert path_of(session) not in client.get(f"/staff/sessions/{session.id}/calendars").text
    token = values_of(client.page(f"/staff/sessions/{session.id}").form("/roster.csv"))
    refused = client.post(path_of(session), data={**token, "groups": "trainers"})
    assert refused.status_code == 409
    assert mails() == []
