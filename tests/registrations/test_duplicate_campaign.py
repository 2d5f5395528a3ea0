"""Making a campaign like another one: every session is shown on its new day, then all are made."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from tests.clients import IsolatedClient, Page, values_of
from tests.factories import Make
from tests.times import DAY, NOW
from training.audit.models import AuditEntry
from training.campaigns.models import Allotment, Campaign, CampaignPartner
from training.campaigns.values import CampaignStatus
from training.db import db, transaction
from training.people.models import Person
from training.registrations import seats
from training.registrations.copying_values import CampaignCopy
from training.registrations.models import Registration
from training.registrations.views import copying as copying_views
from training.sessions import service as sessions
from training.sessions.models import (
    AcceptedClash,
    Assignment,
    Hold,
    Meeting,
    Question,
    TrainingSession,
)
from training.sessions.values import HoldPlan, SeatRules, SessionStatus

Counted = Callable[[], AbstractContextManager[list[str]]]
BERLIN = "Europe/Berlin"
#: A year far ahead, whose days are those of 2027: a Tuesday, 14:00 in winter.
FIRST = datetime(2055, 3, 16, 13, tzinfo=UTC)
NEW = {"name": "Again", "starts_on": "2055-03-29", "ends_on": "", "days": ""}


@dataclass(frozen=True)
class Planned:
    """A campaign with two sessions, and what belongs to them."""

    id: int
    session_ids: tuple[int, int]
    aid_id: int
    asha_id: int

    @property
    def address(self) -> str:
        return f"/staff/campaigns/{self.id}/duplicate"


@pytest.fixture
def staff(client: IsolatedClient, make: Make) -> IsolatedClient:
    """A coordinator's browser."""
    client.sign_in(make.coordinator(name="Cora"))
    return client


@pytest.fixture
def planned(make: Make) -> Planned:
    """From 15 March 2055 on: a session on Tuesday, one on Thursday, and one that was called off."""
    aid, gone = make.organization("Aid"), make.organization("Gone")
    asha = make.trainer(name="Asha")
    campaign = make.campaign(
        "Month 2055",
        slug="month",
        hashtag="Month2055",
        starts_on=date(2055, 3, 15),
        ends_on=date(2055, 4, 13),
        goal=300,
        session_defaults={"capacity": 40},
    )
    made = [
        make.training_session(
            title=title,
            campaign_id=campaign.id,
            timezone=BERLIN,
            trainer_ids=(asha.person_id,),
            capacity=7,
            waitlist_capacity=3,
            for_whom="Volunteers",
            registration_closes=datetime(2055, 3, 15, 12),
            meetings=(
                make.meeting_plan(
                    at, timezone=BERLIN, venue="Hall", room="1", join_url="https://x.example/1"
                ),
            ),
            status=status,
        )
        for title, at, status in (
            ("Basics", FIRST, SessionStatus.PUBLISHED),
            ("More", FIRST + 2 * DAY, SessionStatus.DRAFT),
            ("Not held", FIRST + 3 * DAY, SessionStatus.CANCELLED),
        )
    ]
    first = made[0].id
    with transaction():
        db.session.add(CampaignPartner(campaign_id=campaign.id, organization_id=aid.id))
        now = datetime(2054, 12, 1, tzinfo=UTC)
        rules = SeatRules(needs_approval=True, minimum=4, decide=datetime(2055, 3, 14, 9))
        seats.change_rules(first, rules, actor_id=None, now=now)
        plan = HoldPlan(seats=2, release=datetime(2055, 3, 10, 18))
        seats.set_hold(first, aid.id, plan, expected=None, actor_id=None, now=now)
        for one, number in ((aid, 20), (gone, 5)):
            seats.set_allotment(campaign.id, one.id, number, expected=None, actor_id=None, now=now)
    make.question("What do you eat?", training_session_id=first)
    make.registration(made[0])
    with transaction():
        db.session.execute(sa.update(TrainingSession).values(registration_paused=True))
    return Planned(campaign.id, (first, made[1].id), aid.id, asha.person_id)


def _dates(page: Page) -> dict[str, Any]:
    """Return what the form with the dates would send."""
    form = next(
        one for one in page.root.iter("form") if one.find(".//input[@name='session']") is not None
    )
    return {**values_of(form), "then": "make"}


def _dates_of_all(page: Page) -> dict[str, Any]:
    """Return the same with every session ticked."""
    boxes = page.root.findall(".//input[@name='session']")
    return {**_dates(page), "session": [box.get("value", "") for box in boxes]}


def _lines(page: Page) -> list[str]:
    found = page.root.findall(".//ul[@class='lines dates']/li")
    return [" ".join(" ".join(line.itertext()).split()) for line in found]


def _copies(of: Planned) -> list[TrainingSession]:
    [campaign] = db.session.scalars(sa.select(Campaign).where(Campaign.id != of.id))
    return list(
        db.session.scalars(
            sa.select(TrainingSession)
            .where(TrainingSession.campaign_id == campaign.id)
            .order_by(TrainingSession.starts_at, TrainingSession.id)
        )
    )


def _count(kind: type[Any]) -> int:
    return db.session.scalars(sa.select(sa.func.count()).select_from(kind)).one()


def _walls(found: Sequence[TrainingSession]) -> list[str]:
    return [one.starts_at.astimezone(ZoneInfo(BERLIN)).strftime("%Y-%m-%d %H:%M") for one in found]


def test_a_campaign_is_made_again_with_all_that_was_planned_and_nobody_in_it(
    staff: IsolatedClient, planned: Planned
) -> None:
    people, registered = _count(Person), _count(Registration)
    shown = staff.fill(planned.address, NEW)
    page = Page(shown.text)
    before = (_count(Campaign), _count(TrainingSession))
    values = _dates(page)

    made = staff.post(planned.address, data=values)
    again = staff.post(planned.address, data=values)

    assert (shown.status_code, made.status_code, again.status_code) == (200, 303, 303)
    assert before == (1, 3)
    assert [line.split(" Like the one on ")[0] for line in _lines(page)] == [
        "Tue, 30 Mar 2055, 14:00 (Berlin) Basics",
        "Thu, 1 Apr 2055, 14:00 (Berlin) More",
    ]
    assert "1 session that was called off is left out." in page.text()
    [campaign] = db.session.scalars(sa.select(Campaign).where(Campaign.id != planned.id))
    assert made.headers["Location"] == again.headers["Location"]
    assert made.headers["Location"].endswith(f"/staff/campaigns/{campaign.id}")
    assert (campaign.name, campaign.slug, campaign.status) == ("Again", "again", "draft")
    assert (campaign.starts_on, campaign.ends_on) == (date(2055, 3, 29), date(2055, 4, 27))
    assert (campaign.goal, campaign.session_defaults) == (300, {"capacity": 40})
    copies = _copies(planned)
    assert _walls(copies) == ["2055-03-30 14:00", "2055-04-01 14:00"]
    assert {one.status for one in copies} == {SessionStatus.DRAFT}
    assert {(one.capacity, one.waitlist_capacity, one.for_whom) for one in copies} == {
        (7, 3, "Volunteers")
    }
    first, second = copies
    assert (first.registration_closes, first.registration_paused) == (
        datetime(2055, 3, 29, 12),
        False,
    )
    assert (first.needs_approval, first.minimum) == (True, 4)
    assert first.decide == datetime(2055, 3, 28, 9)
    assert (second.needs_approval, second.decide) == (False, None)
    [hold] = db.session.scalars(sa.select(Hold).where(Hold.training_session_id == first.id))
    assert (hold.organization_id, hold.seats) == (planned.aid_id, 2)
    assert hold.release == datetime(2055, 3, 24, 18)
    assert (first.hold_count, first.kept_count, first.confirmed_count) == (1, 2, 0)
    allotted = db.session.execute(
        sa.select(Allotment.organization_id, Allotment.seats).where(
            Allotment.campaign_id == campaign.id
        )
    ).all()
    assert [tuple(row) for row in allotted] == [(planned.aid_id, 20)]
    asked = sa.select(Question.training_session_id).order_by(Question.id)
    assert db.session.scalars(asked).all() == [planned.session_ids[0], first.id]
    assert db.session.scalars(
        sa.select(Assignment.person_id).where(Assignment.training_session_id == second.id)
    ).all() == [planned.asha_id]
    meetings = db.session.scalars(
        sa.select(Meeting).where(Meeting.training_session_id.in_([first.id, second.id]))
    ).all()
    assert all(one.room_id and one.join_url == "https://x.example/1" for one in meetings)
    assert (_count(Person), _count(Registration)) == (people, registered)


def test_it_is_told_once_what_was_done(staff: IsolatedClient, planned: Planned) -> None:
    values = _dates(Page(staff.fill(planned.address, NEW).text))
    staff.post(planned.address, data=values)

    [entry] = db.session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "campaign.copy"))
    scheduled = db.session.scalars(
        sa.select(AuditEntry)
        .where(AuditEntry.action == "session.schedule")
        .order_by(AuditEntry.id.desc())
        .limit(2)
    ).all()
    page = staff.page(f"/staff/campaigns/{entry.subject_id}")

    assert entry.after == {
        "copied_from": planned.id,
        "days": 14,
        "count": 2,
        "parts": ["allotments", "holds", "questions", "rooms", "seats", "trainers"],
    }
    assert [(one.after or {})["copied_from"] for one in reversed(scheduled)] == list(
        planned.session_ids
    )
    assert "Campaign made, with 2 drafts. Only staff see them so far." in page.text()


def test_what_is_not_wanted_is_not_taken_along(staff: IsolatedClient, planned: Planned) -> None:
    page = Page(staff.fill(planned.address, {**NEW, "days": "7", "parts": []}).text)
    values = _dates(page)
    values["session"] = values["session"][:1]

    staff.post(planned.address, data=values)

    [copy] = _copies(planned)
    assert _walls([copy]) == ["2055-03-23 14:00"]
    assert (copy.capacity, copy.waitlist_capacity) == (40, None)
    assert (copy.needs_approval, copy.minimum, copy.hold_count) == (False, None, 0)
    [meeting] = db.session.scalars(sa.select(Meeting).where(Meeting.training_session_id == copy.id))
    assert (meeting.room_id, meeting.join_url) == (None, None)
    assert _count(Question) == 1
    assert {row.training_session_id for row in db.session.scalars(sa.select(Assignment))} == set(
        db.session.scalars(
            sa.select(TrainingSession.id).where(TrainingSession.campaign_id == planned.id)
        )
    )
    assert set(db.session.scalars(sa.select(Allotment.campaign_id))) == {planned.id}


def test_what_clashes_is_shown_and_made_only_with_a_reason(
    staff: IsolatedClient, make: Make, planned: Planned
) -> None:
    other = make.training_session(
        title="Other",
        meetings=(make.meeting_plan(FIRST + 14 * DAY - timedelta(hours=1), venue="Hall"),),
    )
    page = Page(staff.fill(planned.address, NEW).text)
    values = _dates(page)
    both = _dates_of_all(page)

    unreasoned = staff.post(planned.address, data=both)
    too_long = staff.post(planned.address, data={**both, "clash_reason": "x" * 501})
    unseen = staff.post(planned.address, data={**both, "seen": [], "clash_reason": "Large"})
    before = _count(Campaign)
    made = staff.post(planned.address, data={**both, "clash_reason": "Large hall"})

    assert values["session"] == both["session"][1:]
    assert "Other" in _lines(page)[0]
    statuses = [one.status_code for one in (unreasoned, too_long, unseen, made)]
    assert statuses == [422, 422, 409, 303]
    assert before == 1
    # What was ticked is ticked still.
    assert [_dates(Page(one.text))["session"] for one in (unreasoned, too_long, unseen)] == [
        both["session"]
    ] * 3
    [accepted] = db.session.scalars(sa.select(AcceptedClash))
    assert accepted.training_session_id == _copies(planned)[0].id != other.id
    assert accepted.reason == "Large hall"


def test_what_is_planned_after_the_last_look_is_shown_and_nothing_is_made(
    staff: IsolatedClient, make: Make, planned: Planned, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the look at the dates and the transaction, too."""
    values = _dates_of_all(Page(staff.fill(planned.address, NEW).text))
    copy = copying_views._copy  # noqa: SLF001 -- the last step before the transaction

    def copy_late(*known: Any) -> CampaignCopy:
        made = copy(*known)
        make.training_session(
            title="Other",
            meetings=(make.meeting_plan(FIRST + 14 * DAY - timedelta(hours=1), venue="Hall"),),
        )
        return made

    monkeypatch.setattr(copying_views, "_copy", copy_late)
    late = staff.post(planned.address, data=values)

    assert late.status_code == 409
    assert "look at the dates that clash" in late.text
    assert "Other" in _lines(Page(late.text))[0]
    assert _count(Campaign) == 1


def test_copies_that_clash_with_one_another_name_each_other(
    staff: IsolatedClient, make: Make
) -> None:
    asha = make.trainer(name="Asha")
    campaign = make.campaign(starts_on=date(2055, 3, 15), ends_on=date(2055, 3, 20))
    for title in ("Left", "Right"):
        make.training_session(
            title=title,
            campaign_id=campaign.id,
            trainer_ids=(asha.person_id,),
            meetings=(make.meeting_plan(FIRST),),
        )
    address = f"/staff/campaigns/{campaign.id}/duplicate"
    page = Page(staff.fill(address, NEW).text)
    values = {**_dates_of_all(page), "clash_reason": "She is quick"}

    made = staff.post(address, data=values)

    left, right = _lines(page)
    assert "Asha Right (planned here, too)" in left
    assert "Asha Left (planned here, too)" in right
    assert made.status_code == 303
    assert _count(AcceptedClash) == 1  # it is the same from both sides


def test_a_time_that_the_clocks_skip_or_show_twice_is_said(
    staff: IsolatedClient, make: Make
) -> None:
    campaign = make.campaign(starts_on=date(2055, 3, 1), ends_on=date(2055, 3, 31))
    for title, at in (
        ("Night", datetime(2055, 3, 21, 1, 30, tzinfo=UTC)),
        ("Closing", datetime(2055, 3, 22, 9, 0, tzinfo=UTC)),
    ):
        make.training_session(
            title=title,
            campaign_id=campaign.id,
            timezone=BERLIN,
            meetings=(make.meeting_plan(at, timezone=BERLIN, hours=0.5),),
            registration_closes=datetime(2055, 3, 21, 2, 15) if title == "Closing" else None,
        )
    address = f"/staff/campaigns/{campaign.id}/duplicate"

    skipped = Page(staff.fill(address, {**NEW, "days": "7"}).text)
    doubled = Page(staff.fill(address, {**NEW, "days": "224"}).text)

    assert [line.split(" Like the one on ")[0] for line in _lines(skipped)] == [
        "Sunday, 28 March 2055 Night",
        "Monday, 29 March 2055 Closing",
    ]
    assert all("the clocks in Europe/Berlin go forward over 02:" in one for one in _lines(skipped))
    assert skipped.root.find(".//input[@name='session']") is None
    assert "the first is meant" in _lines(doubled)[0]
    assert len(_dates(doubled)["session"]) == 2


def test_what_has_begun_by_then_is_not_ticked_and_holds_nothing(
    staff: IsolatedClient, make: Make
) -> None:
    campaign, aid = make.campaign(), make.organization("Aid")
    session = make.training_session(campaign_id=campaign.id)
    with transaction():
        plan = HoldPlan(seats=2)
        seats.set_hold(session.id, aid.id, plan, expected=None, actor_id=None, now=NOW)
    address = f"/staff/campaigns/{campaign.id}/duplicate"
    page = Page(staff.fill(address, {**NEW, "days": "-7"}).text)

    made = staff.post(address, data=_dates_of_all(page))

    [line] = _lines(page)
    assert "It would have begun by now." in line
    assert "session" not in _dates(page)
    assert made.status_code == 303
    [copy] = db.session.scalars(sa.select(TrainingSession).where(TrainingSession.id != session.id))
    assert (copy.capacity, copy.hold_count) == (20, 0)


def test_what_changed_meanwhile_is_shown_again_and_not_made(
    staff: IsolatedClient, planned: Planned
) -> None:
    values = _dates(Page(staff.fill(planned.address, NEW).text))
    with transaction():
        sessions.cancel(
            planned.session_ids[0], actor_id=None, now=datetime(2054, 12, 2, tzinfo=UTC)
        )

    refused = staff.post(planned.address, data=values)
    seen = _dates(Page(refused.text))
    with transaction():  # as an edit does
        db.session.execute(sa.update(TrainingSession).values(revision=TrainingSession.revision + 1))
    again = staff.post(planned.address, data=seen)
    made = staff.post(planned.address, data=_dates(Page(again.text)))

    assert [one.status_code for one in (refused, again, made)] == [409, 409, 303]
    assert "A session was changed meanwhile" in refused.text
    assert [one.title for one in _copies(planned)] == ["More"]


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"name": ""}, "Give it a name."),
        ({"name": "x" * 201}, "Field cannot be longer than 200 characters."),
        ({"slug": "No Slug"}, "Use small letters a to z"),
        ({"starts_on": ""}, "Choose a day."),
        ({"starts_on": "2055-02-30"}, "Type a day as year, month and day"),
        ({"ends_on": "2055-03-28"}, "The last day must not be before the first."),
        ({"days": "3661"}, "Type a whole number from -3660 to 3660"),
        ({"days": "soon"}, "Type a whole number from -3660 to 3660"),
        ({"parts": ["holds"]}, "Seats can be held only where their numbers are copied, too."),
        ({"parts": ["people"]}, "Choose from the list."),
    ],
)
def test_a_form_that_does_not_add_up_is_refused(
    staff: IsolatedClient, planned: Planned, fields: dict[str, Any], problem: str
) -> None:
    refused = staff.fill(planned.address, {**NEW, **fields})

    assert refused.status_code == 422
    assert problem in Page(refused.text).text()
    assert _count(Campaign) == 1


def test_a_name_that_is_taken_is_refused_with_the_ticks_kept(
    staff: IsolatedClient, planned: Planned
) -> None:
    answers = []
    for fields in ({"name": "Month 2055", "slug": "other"}, {"slug": "month"}):
        values = _dates(Page(staff.fill(planned.address, {**NEW, **fields}).text))
        values["session"] = values["session"][1:]
        answers.append((staff.post(planned.address, data=values), values))

    for (refused, values), problem in zip(
        answers,
        ("Another campaign has this name.", "Another campaign has this address."),
        strict=True,
    ):
        assert refused.status_code == 409
        assert problem in Page(refused.text).text()
        assert _dates(Page(refused.text))["session"] == values["session"]
    assert (_count(Campaign), _count(TrainingSession)) == (1, 3)


def test_the_form_suggests_the_next_year_and_that_campaign_is_a_draft_without_sessions(
    staff: IsolatedClient, make: Make
) -> None:
    campaign = make.campaign("Month 2055", starts_on=date(2055, 3, 15), ends_on=date(2055, 4, 14))
    address = f"/staff/campaigns/{campaign.id}/duplicate"
    typed = values_of(staff.page(address).form())
    shown = Page(staff.post(address, data=typed).text)
    [form] = [one for one in shown.root.iter("form") if one.find(".//*[@value='make']") is not None]

    made = staff.post(address, data={**values_of(form), "then": "make"})

    assert (typed["name"], typed["starts_on"]) == (["Month 2056"], ["2056-03-13"])
    assert "There is no session to copy." in shown.text()
    assert made.status_code == 303
    found = db.session.scalars(sa.select(Campaign).where(Campaign.id != campaign.id)).one()
    assert (found.ends_on, found.status) == (date(2056, 4, 12), CampaignStatus.DRAFT)


def test_many_sessions_are_shown_with_as_many_statements_as_one(
    staff: IsolatedClient, make: Make, statements: Counted
) -> None:
    asha = make.trainer()
    counted = []
    for number in (1, 6):
        campaign = make.campaign(f"Of {number}")
        for day in range(number):
            make.training_session(
                campaign_id=campaign.id,
                trainer_ids=(asha.person_id,),
                meetings=(make.meeting_plan(FIRST + day * DAY, venue="Hall"),),
            )
        address = f"/staff/campaigns/{campaign.id}/duplicate"
        values = {**values_of(staff.page(address).form()), "name": "Again"}
        with statements() as sent:
            assert staff.post(address, data=values).status_code == 200
        counted.append(len(sent))

    assert counted[0] == counted[1]
