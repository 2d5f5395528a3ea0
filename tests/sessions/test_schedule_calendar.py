"""The week and the month, against a count minute by minute in three zones."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from random import Random
from zoneinfo import ZoneInfo

import pytest

from tests.clients import IsolatedClient, Page
from tests.factories import Make
from tests.times import DAY, HOUR, TOMORROW
from training.sessions.values import SessionStatus
from training.sessions.views.schedule_calendar import days_of

SCHEDULE = "/staff/schedule/"
#: Half an hour forth; over midnight, so that a day begins at one o'clock; and hours apart.
ZONES = ("Australia/Lord_Howe", "Asia/Beirut", "America/New_York")


@pytest.fixture
def staff(client: IsolatedClient, make: Make) -> IsolatedClient:
    """A coordinator's browser."""
    client.sign_in(make.coordinator())
    return client


def _changes(timezone: str, year: int) -> list[datetime]:
    """Return when the clocks of a zone change in a year."""
    zone = ZoneInfo(timezone)
    hours = [datetime(year, 1, 1, tzinfo=UTC) + number * HOUR for number in range(366 * 24)]
    return [
        then
        for before, then in pairwise(hours)
        if before.astimezone(zone).utcoffset() != then.astimezone(zone).utcoffset()
    ]


def _by_minutes(starts_at: datetime, ends_at: datetime, timezone: str) -> set[date]:
    """Return every day that the wall clock shows while a meeting is held, minute by minute."""
    zone, found, at = ZoneInfo(timezone), set(), starts_at
    while at < ends_at:
        found.add(at.astimezone(zone).date())
        at += timedelta(minutes=1)
    return found


@pytest.mark.parametrize("timezone", ZONES)
def test_a_meeting_stands_in_just_the_days_that_the_clocks_show(timezone: str) -> None:
    random = Random(4)  # noqa: S311 -- the same each time
    changes = _changes(timezone, 2027)
    assert len(changes) == 2

    for _number in range(150):
        starts_at = random.choice(changes) + random.randint(-60, 60) * timedelta(minutes=30)
        ends_at = starts_at + random.choice([0.5, 1, 2, 8, 26]) * HOUR
        days = list(days_of(starts_at, ends_at, timezone))
        assert days == sorted(_by_minutes(starts_at, ends_at, timezone)), (starts_at, ends_at)


def _shown(page: Page) -> dict[str, list[str]]:
    """Return what stands in each day of a week or month."""
    found: dict[str, list[str]] = {}
    for day in page.root.iter():
        if (day.get("class") or "").split(" ")[0] in {"week__day", "month__day"}:
            on = day.find(".//time")
            assert on is not None
            entries = day.findall(".//li/a")
            found[str(on.get("datetime"))] = ["".join(one.itertext()) for one in entries]
    return found


@pytest.mark.parametrize("timezone", ZONES)
def test_a_week_shows_just_what_is_held_in_it(
    staff: IsolatedClient, make: Make, timezone: str
) -> None:
    random = Random(5)  # noqa: S311 -- as above
    change = _changes(timezone, TOMORROW.year + 1)[0]
    held = {}
    for number in range(14):
        starts_at = change + random.randint(-10 * 24, 10 * 24) * HOUR
        ends_at = starts_at + random.choice([1, 3, 27]) * HOUR
        plan = make.meeting_plan(starts_at, (ends_at - starts_at) / HOUR, "UTC")
        make.training_session(title=f"Number {number}", timezone="UTC", meetings=(plan,))
        held[f"Number {number}"] = _by_minutes(starts_at, ends_at, timezone)
    local = change.astimezone(ZoneInfo(timezone)).date()
    year, week, _weekday = local.isocalendar()

    shown = _shown(staff.page(f"{SCHEDULE}?view=week&zone={timezone}&week={year}-W{week:02}"))
    month = _shown(staff.page(f"{SCHEDULE}?view=month&zone={timezone}&month={local:%Y-%m}"))

    monday = date.fromisocalendar(year, week, 1)
    days = [monday + number * DAY for number in range(7)]
    assert list(shown) == [day.isoformat() for day in days]
    assert len(month) in {28, 35, 42}
    for days_shown in (shown, month):
        for day, titles in days_shown.items():
            expected = [title for title, on in held.items() if date.fromisoformat(day) in on]
            assert sorted(titles) == sorted(expected), day
    assert sum(map(len, shown.values())) > 3


def _entry(page: Page, title: str) -> list[str]:
    return [
        " ".join("".join(one.itertext()).split())
        for one in page.root.findall(".//li[@class]")
        if title in "".join(one.itertext())
    ]


def test_an_entry_says_time_state_place_and_clash(staff: IsolatedClient, make: Make) -> None:
    asha, bo = make.trainer(name="Asha"), make.trainer(name="Bo")
    # On a Wednesday, until after midnight in Nairobi.
    at = TOMORROW.replace(hour=20) + (2 - TOMORROW.weekday()) % 7 * DAY
    for title, status, trainers in (
        ("First", SessionStatus.PUBLISHED, (asha.person_id, bo.person_id)),
        ("Second", SessionStatus.DRAFT, (asha.person_id,)),
    ):
        plan = make.meeting_plan(at, 2, venue="Campus", room="4")
        make.training_session(title=title, status=status, trainer_ids=trainers, meetings=(plan,))
    make.training_session(title="Off", starts_at=at + 2 * DAY, status=SessionStatus.CANCELLED)
    year, week, _weekday = at.isocalendar()
    address = f"{SCHEDULE}?view=week&zone=Africa/Nairobi&week={year}-W{week:02}"

    page = staff.page(address)
    by_room = staff.page(f"{address}&by=room")
    by_campaign = staff.page(f"{address}&by=campaign")
    alone = staff.page(f"{address}&needs=no_trainer")

    first, second = _entry(page, "First"), _entry(page, "Second")
    assert first == [
        *["from 23:00 First 4, Campus Clash"] * 2,  # in two lanes
        *["until 01:00 First 4, Campus Clash"] * 2,
    ]
    assert second == [
        "from 23:00 Second Draft · 4, Campus Clash",
        "until 01:00 Second Draft · 4, Campus Clash",
    ]
    names = ["".join(one.itertext()) for one in page.root.findall(".//div[@class='week__names']/p")]
    assert names == ["Asha", "Bo", "Nobody trains"]
    assert "Asha, Bo" in _entry(by_room, "First")[0]
    assert "Asha, Bo, 4, Campus" in _entry(by_campaign, "First")[0]
    assert _entry(page, "Off") == ["from 23:00 Off Cancelled", "until 00:30 Off Cancelled"]
    assert _entry(alone, "First") == []


def test_the_pages_before_and_after_and_the_year_between(staff: IsolatedClient) -> None:
    week = staff.page(f"{SCHEDULE}?view=week&week=2026-W53&by=room")
    month = staff.page(f"{SCHEDULE}?view=month&month=2027-01")
    bad = staff.page(f"{SCHEDULE}?view=week&week=2027-W53&month=2027-13")

    def beside(page: Page) -> list[str]:
        links = {link.get("rel"): str(link.get("href")) for link in page.root.iter("a")}
        return [links["prev"].split("&")[-1], links["next"].split("&")[-1]]

    assert beside(week) == ["week=2026-W52", "week=2027-W01"]
    assert beside(month) == ["month=2026-12", "month=2027-02"]
    assert "by=room" in "".join(str(link.get("href")) for link in week.root.iter("a"))
    assert "Mon 28 Dec to Sun, 3 Jan 2027" in week.text()
    assert "January 2027" in month.text()
    assert bad.root.findall(".//span[@class='today']") != []
