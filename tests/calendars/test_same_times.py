"""ICS-13, TIME-02, TIME-03, TIME-06: pages, entries and every program name the same time."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from tests.calendars.entries import properties
from tests.calendars.readers import by_all
from tests.clients import IsolatedClient
from tests.factories import Make
from tests.times import DAY, HOUR, NOW
from training.clock import Fold
from training.db import db
from training.sessions.models import TrainingSession
from training.sessions.values import MeetingPlan
from training.text import slug

ZONES = [
    "America/New_York",
    "Europe/London",
    "Asia/Kolkata",
    "Pacific/Apia",
    "America/Sao_Paulo",
    "Africa/Casablanca",
    "Australia/Lord_Howe",
]
#: Those of them whose clocks are sure to change in the year to come.
CHANGING = {"America/New_York", "Europe/London", "Australia/Lord_Howe"}
QUARTER = timedelta(minutes=15)


def changes_in(zone: ZoneInfo) -> Iterator[datetime]:
    """Find the instants at which the clocks change in the year to come, to the quarter."""
    at = datetime.combine(date.today() + DAY, datetime.min.time(), UTC)  # noqa: DTZ011 -- any day
    for hours in range(0, 366 * 24, 24):
        day = at + hours * HOUR
        if day.astimezone(zone).utcoffset() != (day + DAY).astimezone(zone).utcoffset():
            quarter = day
            while (quarter + QUARTER).astimezone(zone).utcoffset() == day.astimezone(
                zone
            ).utcoffset():
                quarter += QUARTER
            yield quarter + QUARTER


def wall_of(instant: datetime, zone: ZoneInfo) -> tuple[datetime, Fold]:
    local = instant.astimezone(zone)
    return local.replace(tzinfo=None, fold=0), 1 if local.fold else 0


def plans_in(name: str) -> list[tuple[datetime, datetime]]:
    """Return spans worth a look: in winter and summer, and around every change of the clocks."""
    zone = ZoneInfo(name)
    noon = datetime.combine(NOW.date() + 2 * DAY, datetime.min.time(), UTC) + 12 * HOUR
    spans = [(noon + days * DAY, noon + days * DAY + HOUR) for days in (0, 90, 180, 270)]
    for change in changes_in(zone):
        spans += [
            (change - 2 * HOUR, change + 2 * HOUR),  # over it
            (change - HOUR / 2, change - QUARTER),  # of a time that occurs twice, the first
            (change + QUARTER, change + HOUR / 2),  # and the second
        ]
    return spans


def plan_of(span: tuple[datetime, datetime], name: str) -> MeetingPlan:
    zone = ZoneInfo(name)
    (wall_start, start_fold), (wall_end, end_fold) = (wall_of(one, zone) for one in span)
    return MeetingPlan(
        wall_start=wall_start,
        wall_end=wall_end,
        timezone=name,
        start_fold=start_fold,
        end_fold=end_fold,
    )


@pytest.mark.parametrize("name", ZONES)
@pytest.mark.parametrize("engine", ["sqlite"])
def test_page_feed_file_and_every_program_say_the_same_time(
    client: IsolatedClient, make: Make, name: str
) -> None:
    zone = ZoneInfo(name)
    spans = plans_in(name)
    assert len(spans) > 4 or name not in CHANGING
    sessions = [
        make.training_session(
            title=f"Session {number}", timezone=name, meetings=(plan_of(span, name),)
        )
        for number, span in enumerate(spans)
    ]
    feed = client.get("/calendar/sessions.ics").data
    seen = {one.summary: one for one in by_all(feed)}
    described = [value for one, value in properties(feed) if one == "DESCRIPTION"]
    for (start, end), session in zip(spans, sessions, strict=True):
        one = seen[session.title]
        assert (one.starts_at, one.ends_at) == (start, end)
        assert (session.starts_at, session.ends_at) == (start, end)
        page = client.page(f"/sessions/{session.id}-{slug(session.title, default='x')}")
        [time] = [
            time
            for time in page.root.iter("time")
            if time.get("data-end") and datetime.fromisoformat(str(time.get("datetime"))) == start
        ]
        assert datetime.fromisoformat(str(time.get("data-end"))) == end
        shown = "".join(time.itertext())
        local_start, local_end = (instant.astimezone(zone) for instant in (start, end))
        assert shown.startswith(f"{local_start:%H:%M}")
        assert f"{local_end:%H:%M}" in shown
        assert name.rpartition("/")[2].replace("_", " ") in page.text()
        wall = f"{local_start:%Y-%m-%d %H:%M} – "
        assert [text for text in described if text.startswith(wall) and name in text], wall
    by_hand = sa.select(TrainingSession.starts_at).order_by(TrainingSession.starts_at)
    assert sorted(start for start, _ in spans) == list(db.session.scalars(by_hand))


@pytest.mark.parametrize("engine", ["sqlite"])
@pytest.mark.parametrize(
    ("name", "day", "wall", "instants"),
    [
        pytest.param("America/New_York", (2030, 11, 3), (1, 30), ("05:30", "06:30"), id="New York"),
        pytest.param("Europe/London", (2030, 10, 27), (1, 30), ("00:30", "01:30"), id="London"),
        pytest.param(
            "Australia/Lord_Howe", (2030, 4, 7), (1, 45), ("14:45", "15:15"), id="Lord Howe"
        ),
    ],
)
def test_time_06_both_of_a_time_that_occurs_twice_are_told_apart(
    client: IsolatedClient,
    make: Make,
    name: str,
    day: tuple[int, int, int],
    wall: tuple[int, int],
    instants: tuple[str, str],
) -> None:
    """TIME-02, TIME-06: on the page by the offset, in the feed by UTC, which knows no fold."""
    start = datetime(*day, *wall)
    for fold in (0, 1):
        plan = MeetingPlan(
            wall_start=start,
            wall_end=start + 3 * HOUR,
            timezone=name,
            start_fold=fold,
        )
        make.training_session(title=f"Fold {fold}", timezone=name, meetings=(plan,))

    first, second = by_all(client.get("/calendar/sessions.ics").data)

    assert (f"{first.starts_at:%H:%M}", f"{second.starts_at:%H:%M}") == instants
    assert (first.summary, second.summary) == ("Fold 0", "Fold 1")
    assert first.ends_at == second.ends_at
    pages = [client.page(f"/sessions/{number}-fold-{fold}") for number, fold in ((1, 0), (2, 1))]
    times = [
        next(time for time in page.root.iter("time") if time.get("data-end")) for page in pages
    ]
    assert [datetime.fromisoformat(str(time.get("datetime"))) for time in times] == [
        first.starts_at,
        second.starts_at,
    ]
    assert "".join(times[0].itertext()) != "".join(times[1].itertext())
