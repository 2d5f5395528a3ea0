"""Planning many sessions by a rule: every date is shown first, then all are made at once."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from tests.clients import IsolatedClient, Page, values_of
from tests.factories import Make
from tests.times import DAY, HOUR, NOW
from training.audit.models import AuditEntry
from training.db import db, transaction
from training.registrations import seats
from training.sessions.models import AcceptedClash, Meeting, Series, TrainingSession
from training.sessions.values import MeetingPlan, SeatRules, SeriesPlan, SessionStatus
from training.sessions.views import series as series_views

Counted = Callable[[], AbstractContextManager[list[str]]]
BERLIN = "Europe/Berlin"


@pytest.fixture
def staff(client: IsolatedClient, make: Make) -> IsolatedClient:
    """A coordinator's browser."""
    client.sign_in(make.coordinator(name="Cora"))
    return client


def _pattern(make: Make, at: datetime, **fields: Any) -> TrainingSession:
    return make.training_session(
        title="Basics",
        timezone=BERLIN,
        meetings=(make.meeting_plan(at, timezone=BERLIN, hours=1, venue="Hall", room="1"),),
        **fields,
    )


def _rows(page: Page) -> dict[str, tuple[bool, str]]:
    """Return day → whether it is ticked, and what is said of it."""
    rows = {}
    for line in page.root.findall(".//ul[@class='lines dates']/li"):
        box = line.find(".//input[@name='days']")
        words = " ".join(" ".join(line.itertext()).split())
        if box is not None:
            rows[box.get("value", "")] = (box.get("checked") is not None, words)
        else:
            rows[words.split(" On ")[0]] = (False, words)
    return rows


def _made() -> list[TrainingSession]:
    found = sa.select(TrainingSession).order_by(TrainingSession.starts_at, TrainingSession.id)
    return list(db.session.scalars(found))


def test_every_date_is_shown_before_anything_is_made(staff: IsolatedClient, make: Make) -> None:
    """A clash, somebody who cannot train, and a day on which the clocks skip the time."""
    asha = make.trainer(name="Asha")
    # 02:30 on a Sunday in Berlin; on 2055-03-28 it is skipped.
    pattern = _pattern(
        make, datetime(2055, 3, 14, 1, 30, tzinfo=UTC), trainer_ids=(asha.person_id,)
    )
    make.training_session(
        title="Other",
        meetings=(make.meeting_plan(datetime(2055, 4, 11, 0, 0, tzinfo=UTC), venue="Hall"),),
    )
    make.unavailability(asha.person_id, starts_on=date(2055, 5, 9), ends_on=date(2055, 5, 9))
    address = f"/staff/sessions/{pattern.id}/series"
    before = len(_made())

    shown = staff.fill(
        address, {"interval": "2", "count": "", "until": "2055-11-07", "country_1": "DE"}
    )
    rows = _rows(Page(shown.text))

    assert shown.status_code == 200
    assert len(_made()) == before
    assert len(rows) == 17
    assert rows["2055-04-25"][0] is True
    assert not rows["2055-04-11"][0]
    assert "Other" in rows["2055-04-11"][1]
    assert not rows["2055-05-09"][0]
    assert "Asha Cannot train then." in rows["2055-05-09"][1]
    [skipped] = [words for day, (_is, words) in rows.items() if "28 March 2055" in day]
    assert "the clocks in Europe/Berlin go forward over 02:30" in skipped
    assert "first is meant" not in rows["2055-10-24"][1]


def test_a_doubled_hour_is_said_and_holidays_are_named(staff: IsolatedClient, make: Make) -> None:
    pattern = _pattern(make, datetime(2055, 10, 3, 0, 30, tzinfo=UTC))
    fields = {"count": "5", "country_1": "DE", "country_2": "DE"}

    rows = _rows(Page(staff.fill(f"/staff/sessions/{pattern.id}/series", fields).text))
    later = _pattern(make, datetime(2055, 12, 18, 10, tzinfo=UTC))
    christmas = _rows(
        Page(staff.fill(f"/staff/sessions/{later.id}/series", {**fields, "count": "1"}).text)
    )

    assert "The clocks show this time twice that day" in rows["2055-10-31"][1]
    assert rows["2055-10-31"][0] is True
    [(is_ticked, words)] = christmas.values()
    assert not is_ticked
    assert words.startswith("Saturday, 25 December 2055 Holiday: ")


def test_a_session_over_the_change_of_clocks_cannot_be_held_so_on_another_day(
    staff: IsolatedClient, make: Make
) -> None:
    """From 02:50 to 02:10, an hour after it: on any other night that ends before it starts."""
    plan = MeetingPlan(
        wall_start=datetime(2055, 10, 31, 2, 50),
        start_fold=0,
        wall_end=datetime(2055, 10, 31, 2, 10),
        end_fold=1,
        timezone=BERLIN,
    )
    pattern = make.training_session(title="Night", timezone=BERLIN, meetings=(plan,))

    shown = staff.fill(f"/staff/sessions/{pattern.id}/series", {"count": "1"})

    assert shown.status_code == 200
    [(is_ticked, words)] = _rows(Page(shown.text)).values()
    assert not is_ticked
    assert words == "Sunday, 7 November 2055 The end must be after the start."


def test_dates_that_clash_with_one_another_name_each_other(
    staff: IsolatedClient, make: Make
) -> None:
    asha = make.trainer(name="Asha")
    meetings = (
        make.meeting_plan(datetime(2055, 3, 16, 13, tzinfo=UTC), timezone=BERLIN),
        make.meeting_plan(datetime(2055, 3, 23, 13, tzinfo=UTC), timezone=BERLIN),
    )
    pattern = make.training_session(
        timezone=BERLIN, meetings=meetings, trainer_ids=(asha.person_id,)
    )

    rows = _rows(Page(staff.fill(f"/staff/sessions/{pattern.id}/series", {"count": "3"}).text))

    assert "Asha Tuesday, 30 March 2055 (planned here, too)" in rows["2055-03-23"][1]
    assert "Asha Tuesday, 23 March 2055 (planned here, too)" in rows["2055-03-30"][1]
    assert "Asha Tuesday, 6 April 2055 (planned here, too)" in rows["2055-03-30"][1]
    assert "Two meetings" not in str(rows)


def test_what_is_ticked_is_made_once_at_the_same_wall_time(
    staff: IsolatedClient, make: Make
) -> None:
    asha = make.trainer(name="Asha")
    pattern = _pattern(
        make,
        datetime(2055, 3, 16, 13, 0, tzinfo=UTC),  # 14:00 in winter
        trainer_ids=(asha.person_id,),
        capacity=7,
        registration_closes=datetime(2055, 3, 15, 12, 0),
    )
    with transaction():
        rules = SeatRules(needs_approval=True, approval_hours=12)
        seats.change_rules(pattern.id, rules, actor_id=None, now=NOW)
    address = f"/staff/sessions/{pattern.id}/series"
    page = Page(staff.fill(address, {"count": "4"}).text)
    form = next(
        one for one in page.root.iter("form") if one.find(".//input[@name='days']") is not None
    )
    values: dict[str, Any] = dict(values_of(form))
    assert values["days"] == ["2055-03-23", "2055-03-30", "2055-04-06", "2055-04-13"]
    values["days"] = ["2055-03-23", "2055-03-30", "2055-04-13"]  # one is left out by hand

    made = staff.post(address, data={**values, "then": "draft"})
    again = staff.post(address, data={**values, "then": "draft"})

    sessions = _made()
    walls = [
        one.starts_at.astimezone(ZoneInfo(BERLIN)).strftime("%Y-%m-%d %H:%M") for one in sessions
    ]
    assert (made.status_code, again.status_code) == (303, 303)
    assert walls == [f"2055-{day} 14:00" for day in ("03-16", "03-23", "03-30", "04-13")]
    assert {one.series_id for one in sessions} == {db.session.scalars(sa.select(Series.id)).one()}
    assert [one.status for one in sessions[1:]] == [SessionStatus.DRAFT] * 3
    assert {(one.capacity, one.title) for one in sessions} == {(7, "Basics")}
    assert {(one.needs_approval, one.approval_hours) for one in sessions} == {(True, 12)}
    assert sessions[3].registration_closes == datetime(2055, 4, 12, 12, 0)
    assert db.session.scalars(sa.select(Series.rule)).one() == (
        "FREQ=WEEKLY;INTERVAL=1;BYDAY=TU;COUNT=4"
    )
    [entry] = db.session.scalars(
        sa.select(AuditEntry).where(AuditEntry.action == "session.make_series")
    )
    assert entry.after is not None
    assert entry.after["count"] == 3
    assert len(db.session.scalars(sa.select(Meeting.uid)).all()) == 4


def test_what_clashes_is_made_only_with_a_reason_and_only_as_it_was_shown(
    staff: IsolatedClient, make: Make
) -> None:
    pattern = _pattern(make, datetime(2055, 3, 16, 13, 0, tzinfo=UTC))
    other = make.training_session(
        meetings=(make.meeting_plan(datetime(2055, 3, 23, 13, tzinfo=UTC), venue="Hall"),)
    )
    address = f"/staff/sessions/{pattern.id}/series"
    page = Page(staff.fill(address, {"count": "2"}).text)
    form = next(
        one for one in page.root.iter("form") if one.find(".//input[@name='days']") is not None
    )
    values: dict[str, Any] = {**values_of(form), "then": "publish"}
    values["days"] = ["2055-03-23", "2055-03-30"]

    unreasoned = staff.post(address, data=values)
    unseen = staff.post(address, data={**values, "seen_days": [], "clash_reason": "Large hall"})
    nothing = staff.post(address, data={**values, "days": []})
    too_long = staff.post(address, data={**values, "clash_reason": "x" * 501})
    before = len(_made())
    made = staff.post(address, data={**values, "clash_reason": "Large hall"})

    statuses = [one.status_code for one in (unreasoned, unseen, nothing, too_long, made)]
    assert statuses == [422, 409, 422, 422, 303]
    assert {day for day, (ticked, _words) in _rows(Page(too_long.text)).items() if ticked} == {
        "2055-03-23",
        "2055-03-30",
    }
    assert before == 2
    published = [one for one in _made() if one.id not in {pattern.id, other.id}]
    assert [one.status for one in published] == [SessionStatus.PUBLISHED] * 2
    [accepted] = db.session.scalars(sa.select(AcceptedClash))
    assert (accepted.training_session_id, accepted.reason) == (published[0].id, "Large hall")


def test_what_is_planned_or_changed_after_the_last_look_is_shown_and_nothing_is_made(
    staff: IsolatedClient, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the look at the dates and the transaction, too."""
    pattern = _pattern(make, datetime(2055, 3, 16, 13, 0, tzinfo=UTC))
    address, plan = f"/staff/sessions/{pattern.id}/series", series_views._plan  # noqa: SLF001 -- the last step before the transaction
    page = Page(staff.fill(address, {"count": "2"}).text)
    form = next(
        one for one in page.root.iter("form") if one.find(".//input[@name='days']") is not None
    )
    values: dict[str, Any] = {**values_of(form), "then": "publish"}
    values["days"] = ["2055-03-23", "2055-03-30"]

    other_rule = staff.post(address, data={**values, "interval": "2"})
    stale = staff.post(address, data={**values, "revision": "99"})

    def plan_late(*known: Any) -> SeriesPlan:
        made = plan(*known)
        make.training_session(
            meetings=(make.meeting_plan(datetime(2055, 3, 23, 13, tzinfo=UTC), venue="Hall"),)
        )
        return made

    with monkeypatch.context() as patched:
        patched.setattr(series_views, "_plan", plan_late)
        late = staff.post(address, data=values)
    with monkeypatch.context() as patched:
        patched.setattr(
            series_views,
            "_plan",
            lambda *known: replace(plan(*known), revision=pattern.revision + 1),
        )
        values["days"] = ["2055-03-30"]
        changed = staff.post(address, data=values)

    statuses = [one.status_code for one in (other_rule, stale, late, changed)]
    assert statuses == [409, 409, 409, 409]
    assert "look at the dates that clash" in late.text
    assert "Clash" in _rows(Page(late.text))["2055-03-23"][1]
    assert len(_made()) == 2


@pytest.mark.parametrize(
    "fields",
    [
        {"count": "", "until": ""},
        {"count": "3", "until": "2058-01-01"},
        {"count": "105"},
        {"interval": "0"},
        {"interval": ""},
        {"weekdays": []},
        {"weekdays": ["7"]},
        {"frequency": "monthly", "weekdays": ["1", "2"]},
        {"frequency": "daily"},
        {"country_1": "XX"},
        {"count": "", "until": "2055-01-01"},
        {"count": "", "until": "2063-01-01"},
        {"days": ["<script>"], "then": "draft"},
    ],
)
def test_a_rule_that_names_no_days_is_refused(
    staff: IsolatedClient, make: Make, fields: dict[str, Any]
) -> None:
    pattern = _pattern(make, datetime(2055, 3, 16, 13, 0, tzinfo=UTC))

    refused = staff.fill(f"/staff/sessions/{pattern.id}/series", fields)

    assert refused.status_code == 422
    assert len(_made()) == 1


def test_many_dates_take_as_many_statements_as_few(
    staff: IsolatedClient, make: Make, statements: Counted
) -> None:
    asha = make.trainer()
    pattern = _pattern(
        make, datetime(2055, 3, 16, 13, 0, tzinfo=UTC), trainer_ids=(asha.person_id,)
    )
    address = f"/staff/sessions/{pattern.id}/series"
    counted = []

    for count in ("1", "104"):
        values = {**values_of(staff.page(address).form()), "count": count}
        with statements() as sent:
            assert staff.post(address, data=values).status_code == 200
        counted.append(len(sent))

    assert counted[0] == counted[1]


def test_made_sessions_name_the_others_of_their_series(staff: IsolatedClient, make: Make) -> None:
    pattern = _pattern(make, datetime(2055, 3, 16, 13, 0, tzinfo=UTC))
    alone = _pattern(make, datetime(2055, 3, 16, 13, 0, tzinfo=UTC) + DAY + HOUR)
    address = f"/staff/sessions/{pattern.id}/series"
    page = Page(staff.fill(address, {"count": "2"}).text)
    form = next(
        one for one in page.root.iter("form") if one.find(".//input[@name='days']") is not None
    )
    staff.post(address, data={**values_of(form), "then": "draft"})
    [first, *others] = [one for one in _made() if one.id != alone.id]

    shown = staff.page(f"/staff/sessions/{others[0].id}")
    section = shown.root.find(".//section[@aria-labelledby='series']")
    not_one = staff.page(f"/staff/sessions/{alone.id}")

    assert section is not None
    words = " ".join("".join(section.itertext()).split())
    assert "2 of 3 in a series" in words
    links = [link.get("href") for link in section.iter("a")]
    assert links == [f"/staff/sessions/{first.id}", f"/staff/sessions/{others[1].id}"]
    assert not_one.root.find(".//section[@aria-labelledby='series']") is None
    assert timedelta(days=7) == others[1].starts_at.replace(hour=0) - others[0].starts_at.replace(
        hour=0
    )
