"""Reading Eventbrite's events: what becomes of each field, and what is refused with which words."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.imports.events import FILES, event, moment, real_events
from training.clock import find_zone, wall_to_utc
from training.imports.errors import UnknownFormatError
from training.imports.eventbrite import events_of, read_events
from training.imports.values import ImportedSession, Refused
from training.sessions.values import Audience, Delivery, ExternalKey, SeatPlan, SessionStatus
from training.strict_json import JsonValue, loads


def read(given: Any) -> ImportedSession | Refused:
    [item] = read_events([given], file="page.json")
    return item


def taken(given: Any) -> ImportedSession:
    item = read(given)
    assert isinstance(item, ImportedSession), item
    return item


def refusal(given: Any) -> str:
    item = read(given)
    assert isinstance(item, Refused), item
    return str(item.reason)


def read_files() -> list[ImportedSession]:
    items: list[ImportedSession | Refused] = []
    for file in FILES:
        document = loads(file.read_bytes(), max_bytes=2_000_000)
        items += read_events(events_of(document), file=file.name)
    return [item for item in items if isinstance(item, ImportedSession)]


def test_all_real_events_are_taken_with_the_source_s_times() -> None:
    def local(text: str) -> datetime:
        return datetime.strptime(f"{text}+0000", "%Y-%m-%dT%H:%M:%S%z").replace(tzinfo=None)

    def utc(text: str) -> datetime:
        return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)

    expected = [
        (
            source["id"],
            source["start"]["timezone"],
            (local(source["start"]["local"]), utc(source["start"]["utc"])),
            (local(source["end"]["local"]), utc(source["end"]["utc"])),
        )
        for source in real_events()
    ]

    imported = []
    for item in read_files():
        [meeting] = item.plan.meetings
        zone = find_zone(meeting.timezone)
        assert item.plan.timezone == meeting.timezone
        imported.append(
            (
                item.external.key,
                meeting.timezone,
                (meeting.wall_start, wall_to_utc(meeting.wall_start, zone)),
                (meeting.wall_end, wall_to_utc(meeting.wall_end, zone)),
            )
        )

    assert imported == expected
    assert len(imported) == 68
    assert len({timezone for _, timezone, _, _ in imported}) == 7


def test_real_events_are_cleaned_where_they_must_be() -> None:
    source = {one["id"]: one["description"]["text"] for one in real_events()}
    with_crlf = {key for key, text in source.items() if "\r\n" in text}
    with_separator = {key for key, text in source.items() if "\u2028" in text}

    items = read_files()

    assert len(with_crlf) == 30
    assert len(with_separator) == 1
    assert {item.external.key for item in items if item.cleaned} == with_crlf | with_separator
    assert {item.cleaned for item in items} == {(), ("description",)}
    descriptions = {item.external.key: item.plan.description for item in items}
    assert [text for text in descriptions.values() if {"\r", "\u2028"} & set(text)] == []
    # Nothing but white space is lost, of the two longest as of all others.
    assert sum(len(text) > 5_000 for text in source.values()) == 2
    assert {key: text.split() for key, text in descriptions.items()} == {
        key: text.split() for key, text in source.items()
    }


def test_every_field_of_an_event_finds_its_place() -> None:
    item = taken(event("17"))

    assert item.external == ExternalKey(source="eventbrite", key="17")
    assert item.plan.title == "Event 17"
    assert item.plan.description == "What it is about."
    assert item.plan.language == "en-AU"
    assert item.plan.delivery is Delivery.ONLINE
    assert item.plan.audience is Audience.PUBLIC
    assert item.plan.timezone == "Australia/Sydney"
    assert item.seats == SeatPlan(capacity=20)
    assert item.status is SessionStatus.PUBLISHED
    assert item.cleaned == ()


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("draft", SessionStatus.DRAFT),
        ("live", SessionStatus.PUBLISHED),
        ("started", SessionStatus.PUBLISHED),
        ("ended", SessionStatus.PUBLISHED),
        ("completed", SessionStatus.PUBLISHED),
        ("canceled", SessionStatus.CANCELLED),
    ],
)
def test_status_becomes(status: str, expected: SessionStatus) -> None:
    assert taken(event(status=status)).status is expected


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({"listed": False}, id="not listed"),
        pytest.param({"invite_only": True}, id="invite only"),
        pytest.param({"privacy_setting": "locked"}, id="locked"),
        pytest.param({"privacy_setting": "something new"}, id="a setting that we do not know"),
    ],
)
def test_what_eventbrite_hides_is_for_the_invited(fields: dict[str, Any]) -> None:
    assert taken(event(**fields)).plan.audience is Audience.INVITED


@pytest.mark.parametrize(
    ("locale", "language"), [("fr", "fr"), ("pt_BR", "pt-BR"), ("es_419", "es-419")]
)
def test_locale_becomes_a_language(locale: str, language: str) -> None:
    assert taken(event(locale=locale)).plan.language == language


@pytest.mark.parametrize(
    ("utc", "fold"),
    [
        pytest.param("2027-04-03T15:30:00Z", 0, id="the first time"),
        pytest.param("2027-04-03T16:30:00Z", 1, id="the second time"),
    ],
)
def test_the_source_s_instant_tells_which_of_two_equal_times(utc: str, fold: int) -> None:
    item = taken(
        event(
            start=moment("2027-04-04T02:30:00", utc),
            end=moment("2027-04-04T05:00:00", "2027-04-03T19:00:00Z"),
        )
    )

    [meeting] = item.plan.meetings
    assert (meeting.start_fold, meeting.end_fold) == (fold, None)


def test_text_is_cleaned_and_says_so() -> None:
    item = taken(
        event(
            name={"text": " One\u2028title\x07\r\n"},
            description={"text": "a\r\nb\x0bc\x85d\x00e\tf\n\n"},
        )
    )

    assert item.plan.title == "One title"
    assert item.plan.description == "a\nb\nc\nde\tf"
    assert item.cleaned == ("title", "description")


@pytest.mark.parametrize("description", [None, {"text": None, "html": None}, {"text": ""}])
def test_an_event_may_have_no_description(description: Any) -> None:
    assert taken(event(description=description)).plan.description == ""


def test_an_event_may_have_no_limit() -> None:
    assert taken(event(capacity=None)).seats == SeatPlan(capacity=None)


@pytest.mark.parametrize("capacity", [1, 100_000])
def test_capacity_may_be(capacity: int) -> None:
    assert taken(event(capacity=capacity)).seats.capacity == capacity


LONG = "x" * 201


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        pytest.param(None, "It is not an object.", id="null"),
        pytest.param([], "It is not an object.", id="list"),
        pytest.param({}, 'The field "id" is missing.', id="empty"),
        pytest.param(event(id=17), 'The field "id" is not text.', id="id a number"),
        pytest.param(
            event(id="\x1b[31m"),
            "The field \"id\" says '\\x1b[31m', which cannot be used.",
            id="id that would paint the terminal",
        ),
        pytest.param(
            event(id="1" * 129),
            f"The field \"id\" says '{'1' * 60}'…, which cannot be used.",
            id="long id",
        ),
        pytest.param(event(name="x"), 'The field "name" is not an object.', id="name a string"),
        pytest.param(event(name={}), 'The field "name.text" is missing.', id="no name.text"),
        pytest.param(event(name={"text": 5}), 'The field "name.text" is not text.', id="name 5"),
        pytest.param(event(name={"text": " \r\n\u2029 "}), "It has no title.", id="blank title"),
        pytest.param(
            event(name={"text": LONG}),
            "The title has 201 characters; at most 200 can be kept.",
            id="long title",
        ),
        pytest.param(
            event(description={"text": "x" * 20_001}),
            "The description has 20001 characters; at most 20000 can be kept.",
            id="long description",
        ),
        pytest.param(
            event(description=["x"]), 'The field "description" is not an object.', id="description"
        ),
        pytest.param(
            event(capacity=0), "The capacity is 0; it must be from 1 to 100000.", id="capacity 0"
        ),
        pytest.param(
            event(capacity=-1), "The capacity is -1; it must be from 1 to 100000.", id="capacity -1"
        ),
        pytest.param(
            event(capacity=100_001),
            "The capacity is 100001; it must be from 1 to 100000.",
            id="capacity absurd",
        ),
        pytest.param(event(capacity=True), "The capacity is not a whole number.", id="True"),
        pytest.param(event(capacity="20"), "The capacity is not a whole number.", id="'20'"),
        pytest.param(event(capacity=20.0), "The capacity is not a whole number.", id="20.0"),
        pytest.param(
            event(listed="yes"), 'The field "listed" is neither true nor false.', id="yes"
        ),
        pytest.param(
            event(online_event=1), 'The field "online_event" is neither true nor false.', id="1"
        ),
        pytest.param(
            event(invite_only=None),
            'The field "invite_only" is neither true nor false.',
            id="null flag",
        ),
        pytest.param(
            event(privacy_setting=None), 'The field "privacy_setting" is not text.', id="privacy"
        ),
        pytest.param(
            event(locale="en_AU'--"),
            'The field "locale" says "en_AU\'--", which cannot be used.',
            id="locale",
        ),
        pytest.param(
            event(status="sold"),
            "The field \"status\" says 'sold', which cannot be used.",
            id="sold",
        ),
        pytest.param(event(start=None), 'The field "start" is not an object.', id="no start"),
        pytest.param(event(end={}), 'The field "end.timezone" is missing.', id="empty end"),
        pytest.param(
            event(start=moment("2027-04-06T14:00:00", "2027-04-06T04:00:00Z", "../../etc/passwd")),
            "The field \"start.timezone\" says '../../etc/passwd', which cannot be used.",
            id="zone a path",
        ),
        pytest.param(
            event(end=moment("2027-04-06T16:00:00", "2027-04-06T06:00:00Z", "Australia/Hobart")),
            "It starts in one time zone and ends in another.",
            id="two zones",
        ),
        pytest.param(
            event(start=moment("2027-04-06 14:00", "2027-04-06T04:00:00Z")),
            "The field \"start.local\" says '2027-04-06 14:00', which cannot be used.",
            id="another way to write a time",
        ),
        pytest.param(
            event(start=moment("2027-13-06T14:00:00", "2027-04-06T04:00:00Z")),
            "The field \"start.local\" says '2027-13-06T14:00:00', which cannot be used.",
            id="13th month",
        ),
        pytest.param(
            event(start=moment("0001-01-01T00:00:00", "2027-04-06T04:00:00Z")),
            "The field \"start.local\" says '0001-01-01T00:00:00', which cannot be used.",
            id="first year",
        ),
        pytest.param(
            event(end=moment("2027-04-06T16:00:00", "9999-12-31T23:59:59Z")),
            "The field \"end.utc\" says '9999-12-31T23:59:59Z', which cannot be used.",
            id="last year",
        ),
        pytest.param(
            event(start=moment("2027-04-06T14:00:00", "2027-04-06T04:00:00")),
            "The field \"start.utc\" says '2027-04-06T04:00:00', which cannot be used.",
            id="UTC without Z",
        ),
        pytest.param(
            event(start=moment("2027-04-06T14:00:00", "2027-04-06T03:00:00Z")),
            "2027-04-06T14:00:00 in Australia/Sydney is 2027-04-06T04:00:00Z "
            "by our time zone data, but the file says 2027-04-06T03:00:00Z.",
            id="an hour off",
        ),
        pytest.param(
            event(start=moment("2027-10-03T02:30:00", "2027-10-02T16:30:00Z")),
            "On 2027-10-03 the clocks in Australia/Sydney go forward over 02:30. "
            "The nearest times are 01:30 and 03:30.",
            id="a time that does not exist",
        ),
        pytest.param(
            event(end=moment("2027-04-06T14:00:00", "2027-04-06T04:00:00Z")),
            "The end must be after the start.",
            id="no length",
        ),
    ],
)
def test_an_event_is_refused_with_the_reason(given: JsonValue, reason: str) -> None:
    assert refusal(given) == reason


@pytest.mark.parametrize("missing", sorted(event()))
def test_a_missing_field_is_refused_by_its_name(missing: str) -> None:
    spoilt = {name: value for name, value in event().items() if name != missing}

    assert refusal(spoilt) == f'The field "{missing}" is missing.'


def test_a_refused_event_is_named_by_its_key_or_its_place() -> None:
    items = read_events([event(), event("7", capacity=0), 17], file="page.json")

    names = [item.name for item in items if isinstance(item, Refused)]
    assert names == ["7", "page.json, event 3"]


@pytest.mark.parametrize(
    "document",
    [
        pytest.param(None, id="null"),
        pytest.param("events", id="string"),
        pytest.param([], id="empty list"),
        pytest.param({}, id="empty object"),
        pytest.param({"events": {}}, id="events an object"),
        pytest.param([{"events": []}, 5], id="one page no page"),
        pytest.param([[{"events": []}]], id="pages in pages"),
    ],
)
def test_another_format_is_refused(document: JsonValue) -> None:
    with pytest.raises(UnknownFormatError):
        events_of(document)


def test_several_pages_are_read_in_their_order() -> None:
    assert events_of([{"events": [1, 2]}, {"events": []}, {"events": [3]}]) == [1, 2, 3]


_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**18) + 1, 10**18 - 1)
    | st.floats(-1e9, 1e9)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


@given(st.sampled_from(sorted(event())), _JSON)
def test_whatever_stands_in_a_field_is_taken_or_refused(field: str, value: JsonValue) -> None:
    item = read({**event(), field: value})

    if isinstance(item, Refused):
        assert str(item.reason)
    else:
        assert json.dumps(item.plan.title)


@given(
    st.sampled_from(["start", "end"]),
    st.sampled_from(["timezone", "local", "utc"]),
    st.text() | _JSON,
)
def test_whatever_stands_in_a_time_is_taken_or_refused(
    end: str, field: str, value: JsonValue
) -> None:
    spoilt = event()
    spoilt[end] = {**spoilt[end], field: value}

    assert isinstance(read(spoilt), Refused)
