"""ICS-13: other programs read every feed and every file as the database has it."""

from datetime import timedelta
from uuid import UUID

import pytest
from flask import Flask

from tests.calendars.entries import DOMAIN, entry
from tests.calendars.feeds import make_token, path_of, settle
from tests.calendars.kinds import Kinds, titled
from tests.calendars.readers import NODE, READERS, Seen, by_all
from tests.calendars.texts import FOLDED, HOSTILE, OTHERS
from tests.clients import IsolatedClient
from tests.factories import Make
from tests.times import DAY, HOUR, NOW
from training.calendars import service
from training.calendars.feed import FOOTER, header, vevent
from training.calendars.values import FeedKind, Variant
from training.clock import utc_now
from training.db import transaction
from training.sessions.values import Delivery


def test_readers_are_not_the_library_that_writes_and_thunderbirds_is_among_them() -> None:
    if NODE is None:
        pytest.skip("no node: no feed is read by ical.js, as Thunderbird and Nextcloud read it")

    assert list(READERS) == ["vobject", "ics", "ical", "ical.js"]


def test_hostile_texts_are_one_title_to_every_program() -> None:
    """ICS-01 to ICS-04: raw, as no form lets them in; what is left of each is its title."""
    texts = [*HOSTILE, *FOLDED, *OTHERS]
    entries = [
        entry(
            uid=UUID(int=number),
            starts_at=NOW + number * HOUR,
            summary=one,
            location=one,
            description=f"{one}\n{one}",
            categories=(one,),
            url=f"https://example.org/{one}",
            join_url=f"https://example.org/{one}",
            is_cancelled=number % 3 == 1,
            revision=number,
        )
        for number, one in enumerate(texts)
    ]
    bodies = [vevent(one, domain=DOMAIN) for one in entries]

    seen = by_all(b"".join([header("".join(texts)), *bodies, FOOTER]))

    assert [one.summary.removeprefix("Cancelled: ") for one in seen[:8]] == [
        "a ATTENDEE:mailto:x",
        "a ATTENDEE:mailto:x",
        "a END:VEVENT BEGIN:VEVENT",
        "ab",
        "a ATTENDEE:mailto:x b",
        "half a pair",
        HOSTILE[6],
        "mark",
    ]
    assert seen == [
        Seen(
            uid=f"{e.uid}@{DOMAIN}",
            starts_at=e.starts_at,
            ends_at=e.ends_at,
            summary=titled(e.summary, "Cancelled: " if e.is_cancelled else ""),
            status="CANCELLED" if e.is_cancelled else "CONFIRMED",
            sequence=number,
        )
        for number, e in enumerate(entries)
    ]


@pytest.mark.parametrize("engine", ["sqlite"])
def test_thousand_events_are_a_thousand_to_every_program(
    app: Flask, client: IsolatedClient
) -> None:
    first = utc_now() + DAY
    entries = [
        entry(
            uid=UUID(int=number),
            revision=number,
            starts_at=first + number * timedelta(minutes=17),
            summary=f"Número {number} 🧠",
            description="Qué decir, y qué no. " * 4,
            is_cancelled=number % 10 == 9,
        )
        for number in range(1_000)
    ]
    with transaction():
        service.store_entries(entries, variant=Variant.PUBLIC, domain=DOMAIN, now=NOW)

    seen = by_all(client.get("/calendar/sessions.ics").data)

    assert [(one.uid, one.starts_at, one.sequence) for one in seen] == [
        (f"{e.uid}@{DOMAIN}", e.starts_at, e.revision) for e in entries
    ]
    assert len([one for one in seen if one.status == "CANCELLED"]) == 100


def test_every_feed_and_file_is_to_every_program_what_the_database_has(
    client: IsolatedClient, make: Make
) -> None:
    kinds = Kinds(make)
    feeds = {
        "": lambda one: one.is_listed,
        f"?campaign={kinds.campaign.slug}": (
            lambda one: one.is_listed and one.campaign_id == kinds.campaign.id
        ),
        f"?course={kinds.course.slug}": (
            lambda one: one.is_listed and one.course_id == kinds.course.id
        ),
        "?language=ar": lambda one: one.is_listed and one.language == "ar",
        "?delivery=hybrid": lambda one: one.is_listed and one.delivery is Delivery.HYBRID,
    }
    for query, belongs in feeds.items():
        expected = kinds.expected(belongs)
        assert expected, query
        assert by_all(client.get(f"/calendar/sessions.ics{query}").data) == expected, query
    for one in (kinds.hostile[0], kinds.two, kinds.called_off, kinds.half_off):
        found = by_all(client.get(f"/calendar/sessions/{one.id}.ics").data)
        assert found == kinds.expected({one.id})
    secret = {
        FeedKind.STAFF: kinds.expected(lambda _one: True),
        FeedKind.TRAINER: kinds.expected(kinds.trained),
        # Who waits goes there too, and who was sent home did; not who gave up.
        FeedKind.ORGANIZATION: kinds.expected(kinds.registered - {kinds.given_up.id}),
        FeedKind.PERSON: kinds.expected_of_person(),
    }
    for kind, expected in secret.items():
        found = by_all(client.get(path_of(make_token(kind, *kinds.owners[kind]))).data)
        assert found == expected, kind
    settle()
    special = [(one.summary, one.status) for one in secret[FeedKind.PERSON][-4:]]
    assert special == [
        ("Asked for: Asked", "TENTATIVE"),
        ("Waitlist: Waits", "TENTATIVE"),
        ("Seat offered: Offered", "TENTATIVE"),
        ("Cancelled: Gives up", "CANCELLED"),
    ]
