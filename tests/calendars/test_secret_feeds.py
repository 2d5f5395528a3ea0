"""Feeds at secret addresses: who gets what, and when nobody gets anything any more."""

import gzip
import hashlib
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import datetime, timedelta
from unittest.mock import Mock

import pytest
import sqlalchemy as sa
from flask import Flask
from werkzeug.http import http_date, parse_date

from tests.calendars.entries import properties
from tests.calendars.feeds import events, make_token, path_of, read, settle, titles
from tests.clients import IsolatedClient
from tests.factories import Make
from tests.times import DAY, HOUR, NOW
from training.accounts.models import Account
from training.audit.models import AuditEntry
from training.calendars import service
from training.calendars.models import FeedFetch, FeedToken, StoredEntry
from training.calendars.programs import program_of
from training.calendars.service.feeds import FeedBodies
from training.calendars.service.fetches import Fetch, note_fetches
from training.calendars.values import FeedKind
from training.calendars.views import secret
from training.db import db, transaction
from training.errors import BusyError, NotFoundError
from training.organizations.models import Membership, Organization
from training.organizations.values import OrganizationStatus
from training.people.models import Person
from training.registrations import seats
from training.registrations import service as registrations
from training.registrations.models import Registration
from training.registrations.values import CancelledBecause, Claim, Participant
from training.sessions import service as sessions
from training.sessions.cli import commands
from training.sessions.models import Meeting, TrainingSession
from training.sessions.values import Audience, SessionStatus

Statements = Callable[[], AbstractContextManager[list[str]]]

JOIN = "https://meet.example.org/quagga"


@pytest.fixture
def bed(make: Make) -> "Bed":
    return Bed(make)


class Bed:
    """Two organizations, two trainers, two sessions; one person of each in each."""

    def __init__(self, make: Make) -> None:
        self.make = make
        self.ours, self.theirs = make.organization("Ours"), make.organization("Theirs")
        self.trainer, self.other_trainer = make.trainer(), make.trainer()
        self.representative = make.representative(self.ours)
        self.coordinator = make.coordinator()
        self.session = self.schedule("Listening well", self.trainer)
        self.other = self.schedule("Zyxwvut Quagga talks", self.other_trainer)
        self.registration = self.register(self.session, self.ours, "Ana Quokka")
        self.other_registration = self.register(self.other, self.theirs, "Zyxwvut Quagga")

    def schedule(self, title: str, trainer: Account, **fields: object) -> TrainingSession:
        return self.make.training_session(
            title=title,
            trainer_ids=(trainer.person_id,),
            meetings=(self.make.meeting_plan(NOW + DAY, join_url=JOIN),),
            **fields,  # type: ignore[arg-type]  # the test's business
        )

    def register(
        self,
        training_session: TrainingSession,
        organization: Organization,
        name: str,
        claim: Claim = Claim.STAFF,
    ) -> Registration:
        participant = Participant(
            name=name,
            email=f"{name.lower().replace(' ', '.')}@example.org",
            organization_id=organization.id,
            claim=claim,
        )
        outcome = self.make.outcome(training_session, participant)
        return db.session.get_one(Registration, outcome.registration_ids[0])

    def tokens(self) -> dict[FeedKind, str]:
        return {
            FeedKind.PERSON: make_token(FeedKind.PERSON, self.registration.person_id),
            FeedKind.TRAINER: make_token(FeedKind.TRAINER, self.trainer.person_id),
            FeedKind.ORGANIZATION: make_token(
                FeedKind.ORGANIZATION, self.representative.person_id, self.ours.id
            ),
            FeedKind.STAFF: make_token(FeedKind.STAFF, self.coordinator.person_id),
        }


def test_ics_05_token_is_random_stored_hashed_and_in_no_audit(bed: Bed) -> None:
    """ICS-05: 256 bits, SHA-256; ICS-10: the trail does not hold it."""
    token = make_token(FeedKind.PERSON, bed.registration.person_id)
    another = make_token(FeedKind.PERSON, bed.registration.person_id)

    [stored, _] = db.session.scalars(sa.select(FeedToken).order_by(FeedToken.id))
    assert len(token) == 43
    assert token != another
    assert stored.token_hash == hashlib.sha256(token.encode()).digest()
    entry = db.session.scalars(
        sa.select(AuditEntry).where(AuditEntry.subject_kind == "feed_token").order_by(AuditEntry.id)
    ).first()
    assert entry is not None
    assert (entry.action, entry.subject_id, entry.actor_id, entry.after) == (
        "feed.make",
        stored.id,
        bed.registration.person_id,
        {"kind": "person", "organization_id": None},
    )


def test_ics_06_each_feed_has_its_own_sessions_and_nobodys_name(
    client: IsolatedClient, bed: Bed
) -> None:
    """ICS-06, AUTHZ-02: nothing of the other organization's people, and no participant at all."""
    bed.schedule("A draft", bed.trainer, status=SessionStatus.DRAFT)

    found = {kind: read(client, token) for kind, token in bed.tokens().items()}

    assert {kind: response.status_code for kind, response in found.items()} == dict.fromkeys(
        FeedKind, 200
    )
    assert {kind: sorted(titles(response.data)) for kind, response in found.items()} == {
        FeedKind.PERSON: ["Listening well"],
        FeedKind.TRAINER: ["A draft", "Listening well"],
        FeedKind.ORGANIZATION: ["Listening well"],
        FeedKind.STAFF: ["A draft", "Listening well", "Zyxwvut Quagga talks"],
    }
    has_link = {kind: JOIN in response.text for kind, response in found.items()}
    assert has_link == {
        FeedKind.PERSON: True,
        FeedKind.TRAINER: True,
        FeedKind.ORGANIZATION: False,
        FeedKind.STAFF: True,
    }
    for response in found.values():
        assert "Quokka" not in response.text
        assert "ATTENDEE" not in response.text
        assert "ORGANIZER" not in response.text
    for kind in (FeedKind.PERSON, FeedKind.TRAINER, FeedKind.ORGANIZATION):
        assert "quagga talks" not in found[kind].text.lower()


def test_feeds_lead_where_their_readers_find_numbers_and_names(
    client: IsolatedClient, bed: Bed
) -> None:
    meeting_id = db.session.scalar(
        sa.select(Meeting.id).where(Meeting.training_session_id == bed.session.id)
    )
    tokens = bed.tokens()
    urls = {
        kind: [event["URL"] for event in events(read(client, token).data)]
        for kind, token in tokens.items()
        if kind is not FeedKind.STAFF
    }

    base = "http://127.0.0.1:8000"
    page = f"{base}/sessions/{bed.session.id}-listening-well"
    assert urls == {
        FeedKind.PERSON: [page],
        FeedKind.TRAINER: [f"{base}/trainer/meetings/{meeting_id}"],
        FeedKind.ORGANIZATION: [page],
    }


def test_draft_is_tentative_until_published_and_forgotten_when_dropped(
    client: IsolatedClient, bed: Bed
) -> None:
    draft = bed.make.training_session(
        title="A draft",
        status=SessionStatus.DRAFT,
        trainer_ids=(bed.trainer.person_id,),
        meetings=(bed.make.meeting_plan(NOW + DAY), bed.make.meeting_plan(NOW + 2 * DAY)),
    )
    token = make_token(FeedKind.STAFF, bed.coordinator.person_id)
    trainers = make_token(FeedKind.TRAINER, bed.trainer.person_id)

    def states(token: str) -> list[tuple[str, str]]:
        return [
            (event["SUMMARY"], event["STATUS"])
            for event in events(read(client, token).data)
            if "draft" in event["SUMMARY"]
        ]

    stored = (
        sa.select(StoredEntry.variant)
        .distinct()
        .join(Meeting, Meeting.uid == StoredEntry.meeting_uid)
        .where(Meeting.training_session_id == draft.id)
    )
    assert set(db.session.scalars(stored)) == {"trainer", "staff"}
    both = [("A draft (1/2)", "TENTATIVE"), ("A draft (2/2)", "TENTATIVE")]
    assert (states(token), states(trainers)) == (both, both)
    [first, _] = db.session.scalars(
        sa.select(Meeting)
        .where(Meeting.training_session_id == draft.id)
        .order_by(Meeting.starts_at)
    )
    plan = bed.make.session_plan(
        title="A draft",
        trainer_ids=(bed.trainer.person_id,),
        meetings=(bed.make.meeting_plan(NOW + DAY, meeting_id=first.id),),
    )
    with transaction():
        sessions.revise(draft.id, plan, expected_revision=None, actor_id=None, now=NOW)
    assert states(token) == states(trainers) == [("A draft", "TENTATIVE")]
    with transaction():
        sessions.publish(draft.id, actor_id=None, now=NOW)
    assert states(token) == states(trainers) == [("A draft", "CONFIRMED")]


def test_organization_sees_sessions_by_invitation_but_not_who_only_says_so(
    client: IsolatedClient, bed: Bed
) -> None:
    invited = bed.schedule("By invitation", bed.trainer, audience=Audience.INVITED)
    stated = bed.schedule("Stated", bed.trainer)
    with transaction():
        seats.take(
            invited.id,
            seats.Group(
                participants=(
                    Participant(
                        name="Ana",
                        email=None,
                        person_id=bed.registration.person_id,
                        organization_id=bed.ours.id,
                        claim=Claim.STAFF,
                    ),
                ),
                actor_id=bed.coordinator.person_id,
                by_staff=True,
            ),
            now=NOW,
        )
    bed.register(stated, bed.ours, "Some Stranger", Claim.STATED)
    token = bed.tokens()[FeedKind.ORGANIZATION]

    found = events(read(client, token).data)

    assert sorted(event["SUMMARY"] for event in found) == ["By invitation", "Listening well"]
    [by_invitation] = [event for event in found if event["SUMMARY"] == "By invitation"]
    assert "URL" not in by_invitation
    assert "/sessions/" not in by_invitation["DESCRIPTION"]


@pytest.mark.parametrize(
    "token",
    [
        pytest.param("A" * 43, id="unknown"),
        pytest.param("A" * 42, id="short"),
        pytest.param("A" * 10_240, id="10 kB"),
        pytest.param("%00" * 43, id="control characters"),
        pytest.param("%C3%A4" * 43, id="no ASCII"),
        pytest.param(".", id="a dot"),
        pytest.param("' OR 1=1 --", id="SQL"),
    ],
)
@pytest.mark.parametrize("engine", ["sqlite"])
def test_ics_09_every_wrong_address_gets_the_same_answer(
    client: IsolatedClient, bed: Bed, token: str
) -> None:
    """ICS-09: as a revoked one does."""
    revoked = make_token(FeedKind.STAFF, bed.coordinator.person_id)
    [feed] = service.feeds_of(bed.coordinator.person_id)
    with transaction():
        service.revoke_feed(feed.id, owner_id=bed.coordinator.person_id, now=NOW)

    wanted, found = client.get(path_of(revoked)), client.get(path_of(token))

    assert (wanted.status_code, wanted.data) == (404, b"There is no calendar at this address.\n")
    assert (found.status_code, found.data) == (404, wanted.data)
    assert dict(found.headers) == dict(wanted.headers)
    assert found.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert found.headers["Cache-Control"] == "no-store"


def test_ics_07_what_is_lost_closes_the_address_with_the_next_fetch(
    client: IsolatedClient, bed: Bed
) -> None:
    """ICS-07: disabled, no longer staff, no longer a representative, suspended, erased, revoked."""
    tokens = bed.tokens()
    etags = {kind: read(client, token).headers["ETag"] for kind, token in tokens.items()}

    def change(statement: sa.Update) -> None:
        with transaction():
            db.session.execute(statement)

    def statuses(kind: FeedKind) -> tuple[int, int]:
        known = {"If-None-Match": etags[kind]}
        return client.get(path_of(tokens[kind])).status_code, client.get(
            path_of(tokens[kind]), headers=known
        ).status_code

    account = sa.update(Account)
    trainer = account.where(Account.id == bed.trainer.id)
    assert statuses(FeedKind.TRAINER) == (200, 304)
    change(trainer.values(disabled_at=NOW))
    assert statuses(FeedKind.TRAINER) == (404, 404)
    change(trainer.values(disabled_at=None))
    assert statuses(FeedKind.TRAINER) == (200, 304)

    assert statuses(FeedKind.STAFF) == (200, 304)
    change(account.where(Account.id == bed.coordinator.id).values(staff_role=None))
    assert statuses(FeedKind.STAFF) == (404, 404)

    assert statuses(FeedKind.ORGANIZATION) == (200, 304)
    ours = sa.update(Organization).where(Organization.id == bed.ours.id)
    change(ours.values(status=OrganizationStatus.SUSPENDED))
    assert statuses(FeedKind.ORGANIZATION) == (404, 404)
    change(ours.values(status=OrganizationStatus.ACTIVE))
    change(
        sa.update(Membership)
        .where(Membership.person_id == bed.representative.person_id)
        .values(until=NOW.date())
    )
    assert statuses(FeedKind.ORGANIZATION) == (404, 404)

    assert statuses(FeedKind.PERSON) == (200, 304)
    person = sa.update(Person).where(Person.id == bed.registration.person_id)
    change(person.values(erased_at=NOW))
    assert statuses(FeedKind.PERSON) == (404, 404)
    change(person.values(erased_at=None))
    [feed] = service.feeds_of(bed.registration.person_id)
    with transaction():
        assert service.revoke_feed(feed.id, owner_id=bed.registration.person_id, now=NOW)
    assert statuses(FeedKind.PERSON) == (404, 404)
    settle()


def test_own_calendar_follows_its_registration(client: IsolatedClient, bed: Bed) -> None:
    """ICS-07, ICS-12: waiting, promoted, given up, registered anew: one UID, SEQUENCE rises."""
    full = bed.schedule("Full", bed.trainer, capacity=1)
    holder = bed.register(full, bed.theirs, "Holds It")
    waiting = bed.register(full, bed.ours, "Waits Here")
    token = make_token(FeedKind.PERSON, waiting.person_id)
    seen: list[tuple[str, str, int, bool]] = []
    uids, etags, stamps = set(), [], []

    def look() -> None:
        response = read(client, token)
        [event] = events(response.data)
        sequence = int(event["SEQUENCE"])
        seen.append((event["SUMMARY"], event["STATUS"], sequence, JOIN in response.text))
        uids.add(event["UID"])
        etags.append(response.headers["ETag"])
        stamps.append(event["DTSTAMP"])
        assert event["DTSTAMP"] == event["LAST-MODIFIED"]

    def cancel(registration: Registration, now: datetime) -> None:
        with transaction():
            seats.cancel(registration.id, because=CancelledBecause.PERSON, actor_id=None, now=now)

    look()
    cancel(holder, NOW + timedelta(seconds=5))
    look()
    cancel(waiting, NOW + timedelta(seconds=9))
    look()
    bed.register(full, bed.ours, "Waits Here")
    look()
    with transaction():
        sessions.cancel(full.id, actor_id=None, now=NOW + timedelta(seconds=20))
    look()

    base = seen[0][2]
    assert seen == [
        ("Waitlist: Full", "TENTATIVE", base, False),
        ("Full", "CONFIRMED", base + 1, True),
        ("Cancelled: Full", "CANCELLED", base + 2, False),
        ("Full", "CONFIRMED", base + 3, True),
        ("Cancelled: Full", "CANCELLED", base + 5, False),
    ]
    assert len(uids) == 1
    assert len(set(etags)) == 5
    assert stamps == [
        f"{NOW + timedelta(seconds=seconds):%Y%m%dT%H%M%SZ}" for seconds in (0, 5, 9, 9, 20)
    ]


def test_correcting_a_name_leaves_ones_calendar_as_it_is(
    app: Flask, client: IsolatedClient, bed: Bed
) -> None:
    """One ETag, one body, whichever process made it: no entry shows the name."""
    token = make_token(FeedKind.PERSON, bed.registration.person_id)
    before = read(client, token)
    with transaction():
        assert registrations.correct_name(
            bed.registration.id, "Ana Quoll", actor_id=None, now=NOW + HOUR
        )
    app.extensions.pop("feed_bodies")

    after = read(client, token)

    assert (after.headers["ETag"], after.data) == (before.headers["ETag"], before.data)


def test_ics_12_cancelled_session_stays_in_every_feed_for_a_year(
    client: IsolatedClient, bed: Bed
) -> None:
    """ICS-12: and the feeds of its people keep it, though nobody is registered any more."""
    tokens = bed.tokens()
    before = {kind: events(read(client, token).data) for kind, token in tokens.items()}
    with transaction():
        sessions.cancel(bed.session.id, actor_id=None, now=NOW)

    for kind, token in tokens.items():
        [old] = [event for event in before[kind] if event["SUMMARY"] == "Listening well"]
        [new] = [
            event
            for event in events(read(client, token).data)
            if event["SUMMARY"] == "Cancelled: Listening well"
        ]
        assert (new["STATUS"], new["UID"]) == ("CANCELLED", old["UID"]), kind
        assert int(new["SEQUENCE"]) > int(old["SEQUENCE"])


def test_session_leaves_the_feed_of_an_organization_with_the_last_of_its_people(
    client: IsolatedClient, bed: Bed
) -> None:
    token = bed.tokens()[FeedKind.ORGANIZATION]
    before = read(client, token)
    with transaction():
        seats.cancel(bed.registration.id, because=CancelledBecause.STAFF, actor_id=None, now=NOW)

    after = read(client, token)

    assert (len(events(before.data)), events(after.data)) == (1, [])
    assert before.headers["ETag"] != after.headers["ETag"]


def test_trainer_who_is_replaced_no_longer_has_the_session(
    client: IsolatedClient, bed: Bed
) -> None:
    token = bed.tokens()[FeedKind.TRAINER]
    before = read(client, token)
    [meeting] = db.session.scalars(
        sa.select(Meeting).where(Meeting.training_session_id == bed.session.id)
    )
    plan = bed.make.session_plan(
        title="Listening well",
        meetings=(bed.make.meeting_plan(NOW + DAY, join_url=JOIN, meeting_id=meeting.id),),
        trainer_ids=(bed.other_trainer.person_id,),
    )
    with transaction():
        sessions.revise(bed.session.id, plan, expected_revision=None, actor_id=None, now=NOW)

    known = {"If-None-Match": before.headers["ETag"]}
    after = client.get(path_of(token), headers=known)

    assert (len(titles(before.data)), after.status_code, titles(after.data)) == (1, 200, [])


def test_feeds_say_what_they_are_and_that_only_their_reader_may_keep_them(
    client: IsolatedClient, bed: Bed, app: Flask
) -> None:
    site = app.extensions["settings"].site_name
    names = {}
    for kind, token in bed.tokens().items():
        response = read(client, token)
        plain = response.data
        zipped = client.get(path_of(token), headers={"Accept-Encoding": "gzip"})
        head = client.head(path_of(token))
        signed = client.get(path_of(token), headers={"Authorization": "Basic YTpi"})
        expected = {
            "Content-Type": "text/calendar; charset=utf-8",
            "Content-Disposition": f'inline; filename="{kind}.ics"',
            "Cache-Control": "private, no-cache",
            "Vary": "Accept-Encoding",
            "X-Robots-Tag": "noindex",
            "Referrer-Policy": "no-referrer",
        }
        assert {name: response.headers.get(name) for name in expected} == expected
        assert gzip.decompress(zipped.data) == plain
        assert (head.status_code, head.data, signed.data) == (200, b"", plain)
        assert "Set-Cookie" not in response.headers
        for method in ("OPTIONS", "PROPFIND", "POST"):
            refused = client.open(path_of(token), method=method)
            assert (refused.status_code, token in refused.text) == (405, False)
        names[kind] = dict(properties(plain))["NAME"]
    settle()

    assert names == {
        FeedKind.PERSON: f"{site}: my sessions",
        FeedKind.TRAINER: f"{site}: sessions I train",
        FeedKind.ORGANIZATION: f"{site}: {bed.ours.name}",
        FeedKind.STAFF: f"{site}: all sessions, drafts too",
    }


def test_unchanged_feed_costs_two_statements_and_reads_no_body(
    client: IsolatedClient, bed: Bed, statements: Statements
) -> None:
    costs = {}
    for kind, token in bed.tokens().items():
        with statements() as cold:
            first = client.get(path_of(token))
        settle()
        with statements() as warm:
            client.get(path_of(token))
        known = {"If-None-Match": first.headers["ETag"]}
        with statements() as unchanged:
            response = client.get(path_of(token), headers=known)
        assert (response.status_code, response.data) == (304, b"")
        assert not [statement for statement in unchanged if "stored_entry.body" in statement]
        costs[kind] = (
            len([statement for statement in cold if "feed_fetch (" not in statement]),
            len(warm),
            len(unchanged),
        )

    assert costs == {
        FeedKind.PERSON: (3, 2, 2),
        FeedKind.TRAINER: (3, 2, 2),
        FeedKind.ORGANIZATION: (3, 2, 2),
        FeedKind.STAFF: (3, 2, 2),
    }


@pytest.mark.parametrize("engine", ["sqlite"])
@pytest.mark.parametrize("kind", [FeedKind.PERSON, FeedKind.TRAINER, FeedKind.ORGANIZATION])
def test_feed_looks_for_its_own_entries_and_goes_through_no_others(
    client: IsolatedClient, bed: Bed, statements: Statements, kind: FeedKind
) -> None:
    token = bed.tokens()[kind]
    with statements() as sent:
        client.get(path_of(token))
    settle()
    reading = [statement for statement in sent if "stored_entry.body" in statement]
    numbering = [statement for statement in sent if "stored_entry.rewritten" in statement]

    steps = [
        step
        for statement in (*reading, *numbering)
        for *_, step in db.session.connection().exec_driver_sql(
            f"EXPLAIN QUERY PLAN {statement}", ("",) * statement.count("?")
        )
    ]

    assert len(reading) == len(numbering) == 1
    by_key = "sqlite_autoindex_stored_entry_1 (meeting_uid=? AND variant=?)"
    assert {step for step in steps if "stored_entry" in step} == {
        f"SEARCH stored_entry USING INDEX {by_key} LEFT-JOIN"
    }
    assert [step for step in steps if step.startswith(("SCAN meeting", "SCAN registration"))] == []


def test_last_modified_is_when_the_state_was_first_seen_and_only_moves_forward(
    client: IsolatedClient, bed: Bed
) -> None:
    token = bed.tokens()[FeedKind.ORGANIZATION]
    first = read(client, token)
    second = read(client, token)
    assert "Last-Modified" not in first.headers
    modified = second.headers["Last-Modified"]
    assert client.get(path_of(token), headers={"If-Modified-Since": modified}).status_code == 304
    long_ago = NOW - DAY
    with transaction():  # the clock knows whole seconds, and this test takes less
        db.session.execute(sa.update(FeedFetch).values(seen_at=long_ago, fetched_at=long_ago))
    assert parse_date(read(client, token).headers["Last-Modified"]) == long_ago
    unchanged = client.get(path_of(token), headers={"If-Modified-Since": http_date(long_ago)})
    assert unchanged.status_code == 304
    settle()
    with transaction():
        db.session.execute(sa.update(FeedFetch).values(fetched_at=long_ago))
        seats.cancel(bed.registration.id, because=CancelledBecause.STAFF, actor_id=None, now=NOW)

    changed = client.get(path_of(token), headers={"If-Modified-Since": http_date(long_ago)})
    settle()
    again = read(client, token)

    assert (changed.status_code, "Last-Modified" in changed.headers) == (200, False)
    later = parse_date(again.headers["Last-Modified"])
    assert later is not None
    assert later > long_ago
    assert events(again.data) == []


def test_fetches_are_counted_and_an_older_one_changes_nothing_else(app: Flask, bed: Bed) -> None:
    token = make_token(FeedKind.STAFF, bed.coordinator.person_id)
    feed = service.find_feed(token)
    assert feed is not None

    def note(seconds: int, etag: str, program: str, count: int = 1) -> None:
        at = NOW + timedelta(seconds=seconds)
        with transaction():
            note_fetches({feed.id: Fetch(at=at, program=program, etag=etag, count=count)})

    def stored() -> tuple[int, str, str, timedelta, timedelta]:
        db.session.rollback()
        row = db.session.scalars(sa.select(FeedFetch)).one()
        return row.count, row.program, row.etag, row.fetched_at - NOW, row.seen_at - NOW

    def at(seconds: int) -> timedelta:
        return timedelta(seconds=seconds)

    note(10, "a", "Thunderbird")
    assert stored() == (1, "Thunderbird", "a", at(10), at(10))
    note(20, "a", "Outlook", count=3)
    assert stored() == (4, "Outlook", "a", at(20), at(10))
    note(15, "b", "Nextcloud")
    assert stored() == (5, "Outlook", "a", at(20), at(10))
    note(20, "b", "Nextcloud")
    assert stored() == (6, "Outlook", "a", at(20), at(10))
    note(30, "b", "Nextcloud")
    assert stored() == (7, "Nextcloud", "b", at(30), at(30))


def test_reading_again_within_a_minute_writes_nothing(
    client: IsolatedClient, bed: Bed, statements: Statements
) -> None:
    token = make_token(FeedKind.STAFF, bed.coordinator.person_id)
    read(client, token, **{"User-Agent": "Mozilla/5.0 Gecko/20100101 Thunderbird/153.0"})

    with statements() as sent:
        for _ in range(3):
            read(client, token)

    assert [statement for statement in sent if not statement.startswith("SELECT")] == []
    [feed] = service.feeds_of(bed.coordinator.person_id)
    assert (feed.program, feed.count) == ("Thunderbird", 1)


def test_nobody_revokes_what_is_somebody_elses(app: Flask, bed: Bed) -> None:
    token = make_token(FeedKind.STAFF, bed.coordinator.person_id)
    [feed] = service.feeds_of(bed.coordinator.person_id)

    def revoke(owner_id: int, kind: FeedKind | None = None) -> bool:
        with transaction():
            return service.revoke_feed(feed.id, owner_id=owner_id, kind=kind, now=NOW)

    with pytest.raises(NotFoundError):
        revoke(bed.trainer.person_id)
    with pytest.raises(NotFoundError):
        revoke(bed.coordinator.person_id, FeedKind.PERSON)
    assert service.find_feed(token) is not None
    assert revoke(bed.coordinator.person_id)
    assert not revoke(bed.coordinator.person_id)


def test_bodies_are_kept_within_their_limit(app: Flask, bed: Bed) -> None:
    bodies = FeedBodies(most=1)
    states = [
        service.secret_feed_state(found, name="Training", now=NOW + HOUR)
        for token in bed.tokens().values()
        for found in [service.find_feed(token)]
        if found is not None
    ]

    first = bodies.get(states[0])
    assert bodies.get(states[0]) is first
    bodies.get(states[1])

    assert bodies.get(states[0]) is not first
    assert bodies.get(states[0]).plain == first.plain


@pytest.mark.parametrize("engine", ["sqlite"])
def test_ics_10_fault_leaves_no_token_in_the_log(
    client: IsolatedClient,
    bed: Bed,
    app: Flask,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """ICS-10: nor do busy databases."""
    token = make_token(FeedKind.STAFF, bed.coordinator.person_id)
    app.config["PROPAGATE_EXCEPTIONS"] = False

    for error in (LookupError("a fault"), BusyError()):
        monkeypatch.setattr(service, "secret_feed_state", Mock(side_effect=error))
        response = client.get(path_of(token))
        assert response.status_code in {500, 503}
        assert token not in response.text

    assert "a fault" in caplog.text
    assert token not in caplog.text


@pytest.mark.parametrize("engine", ["sqlite"])
def test_only_wrong_addresses_are_limited(
    client: IsolatedClient, bed: Bed, monkeypatch: pytest.MonkeyPatch
) -> None:
    """ICS-09: and who shares a network with them reads on."""
    token = make_token(FeedKind.STAFF, bed.coordinator.person_id)
    limit = replace(secret.WRONG_ADDRESSES, most=2)
    monkeypatch.setattr(secret, "WRONG_ADDRESSES", limit)

    wrong = [client.get(path_of("A" * 43)) for _ in range(4)]

    assert [response.status_code for response in wrong][:1] == [404]
    assert (wrong[-1].status_code, wrong[-1].data) == (429, b"Try again later.\n")
    assert int(wrong[-1].headers["Retry-After"]) > 0
    assert read(client, token).status_code == 200


def test_rewriting_brings_back_what_an_older_version_did_not_store(
    client: IsolatedClient, bed: Bed, app: Flask
) -> None:
    tokens = bed.tokens()
    before = {kind: titles(read(client, token).data) for kind, token in tokens.items()}
    with transaction():
        db.session.execute(sa.delete(StoredEntry).where(StoredEntry.variant != "public"))
    assert titles(read(client, tokens[FeedKind.PERSON]).data) == before[FeedKind.PERSON]
    assert titles(read(client, tokens[FeedKind.TRAINER]).data) == []

    result = app.test_cli_runner().invoke(commands, ["rebuild", "--all"])

    assert (result.exit_code, result.output) == (
        0,
        "Sessions whose calendar entries were written: 2.\n",
    )
    assert {kind: titles(read(client, token).data) for kind, token in tokens.items()} == before


@pytest.mark.parametrize(
    ("said", "program"),
    [
        ("Google-Calendar-Importer", "Google Calendar"),
        ("Mozilla/5.0 (X11; rv:153.0) Gecko/20100101 Thunderbird/153.0", "Thunderbird"),
        ("Microsoft Office/16.0 (Windows NT 10.0; Microsoft Outlook 16.0.1)", "Outlook"),
        ("macOS/14.4 (23E214) CalendarAgent/1", "Apple Calendar"),
        ("iOS/17.5 (21F79) dataaccessd/1.0", "Apple Calendar"),
        ("Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0", ""),
        ("<script>" * 1000, ""),
        ("", ""),
    ],
)
def test_program_is_called_what_people_call_it(said: str, program: str) -> None:
    assert program_of(said) == program
