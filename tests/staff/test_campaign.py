"""How far a campaign is: its goal, who came, its sessions and partners, and what is missing."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
import sqlalchemy as sa

from tests.attendance.sheets import mark, record, running
from tests.clients import IsolatedClient, Page
from tests.factories import Make
from tests.times import DAY, NOW
from training.attendance.values import AttendanceStatus
from training.audit.models import AuditEntry
from training.campaigns.models import Allotment, CampaignPartner
from training.db import db, transaction
from training.sessions.values import SessionStatus

CAMPAIGNS = "/staff/campaigns/"
Counted = Callable[[], AbstractContextManager[list[str]]]


@pytest.fixture
def staff(client: IsolatedClient, make: Make) -> IsolatedClient:
    """A coordinator's browser."""
    client.sign_in(make.coordinator(name="Mina", email="mina@example.org"))
    return client


def part(page: Page, key: str) -> str:
    """Return what a section of the page says."""
    section = page.root.find(f".//section[@aria-labelledby='{key}']")
    assert section is not None
    return " ".join(" ".join(section.itertext()).split())


def test_a_goal_is_set_kept_and_audited(staff: IsolatedClient, make: Make) -> None:
    address = f"{CAMPAIGNS}{make.campaign('Month').id}"

    before = staff.page(address).text()
    refused = [staff.fill(f"{address}/edit", {"goal": typed}, action="/edit") for typed in "0x"]
    saved = staff.fill(f"{address}/edit", {"goal": "40"}, action="/edit")
    after = staff.page(address).text()
    entry = db.session.scalars(sa.select(AuditEntry).order_by(AuditEntry.id.desc()).limit(1)).one()

    assert "0 people trained · Set a goal" in before
    assert [answer.status_code for answer in refused] == [422, 422]
    assert (saved.status_code, saved.headers["Location"]) == (303, address)
    assert "0 of 40 people trained" in after
    assert (entry.before, entry.after) == ({"goal": None}, {"changed": ["goal"], "goal": 40})


def test_people_who_came_count_once_and_those_of_others_do_not(
    staff: IsolatedClient, make: Make
) -> None:
    month, other = make.campaign("Month", goal=10), make.campaign("Other")
    first = running(make, people=3, starts_at=NOW - 3 * DAY, campaign_id=month.id)
    second = running(make, people=1, starts_at=NOW - 2 * DAY, campaign_id=month.id)
    apart = running(make, people=1, starts_at=NOW - DAY, campaign_id=other.id)
    with transaction():  # the same person as in the first one
        db.session.execute(
            sa.text(
                "UPDATE registration SET person_id ="
                " (SELECT person_id FROM registration WHERE id = :one) WHERE id = :other"
            ),
            {"one": first.registration_ids[0], "other": second.registration_ids[0]},
        )
    record(
        first,
        mark(first.registration_ids[0]),
        mark(first.registration_ids[1], AttendanceStatus.LATE),
        mark(first.registration_ids[2], AttendanceStatus.ABSENT),
    )
    record(second, mark(second.registration_ids[0]))
    record(apart, mark(apart.registration_ids[0]))

    page = staff.page(f"{CAMPAIGNS}{month.id}")

    assert "2 of 10 people trained" in part(page, "progress")
    assert "2 published, 0 to come" in part(page, "progress")
    assert "2 of 3 people came" in part(page, "held")
    assert "1 of 1 person came" in part(page, "held")
    assert part(page, "missing").endswith("Nothing is missing in the sessions of the next 30 days.")


def test_what_is_missing_is_of_this_campaign_alone(staff: IsolatedClient, make: Make) -> None:
    month = make.campaign("Month")
    make.training_session(title="Ours", campaign_id=month.id, starts_at=NOW + 10 * DAY)
    make.training_session(title="Draft", campaign_id=month.id, status=SessionStatus.DRAFT)
    make.training_session(title="Elsewhere", starts_at=NOW + 10 * DAY)

    page = staff.page(f"{CAMPAIGNS}{month.id}")

    assert "Draft Draft" in part(page, "missing")
    assert "No trainer Ours" in part(page, "missing")
    assert "Elsewhere" not in page.text()
    assert "1 published, 1 to come Drafts 1" in part(page, "progress")
    assert "0 of 20 seats taken" in part(page, "coming")


def test_partners_stand_with_what_they_have_used_and_left(
    staff: IsolatedClient, make: Make
) -> None:
    month, aid, line = make.campaign("Month"), make.organization("Aid"), make.organization("Line")
    session = make.training_session(campaign_id=month.id)
    with transaction():
        db.session.add_all(
            CampaignPartner(campaign_id=month.id, organization_id=one.id) for one in (aid, line)
        )
        db.session.add(Allotment(campaign_id=month.id, organization_id=aid.id, seats=5))
    make.outcome(session, make.claimed(make.participant(), aid))

    page = staff.page(f"{CAMPAIGNS}{month.id}")

    assert f"{aid.name} 1 of 5 used, 4 left" in part(page, "partners")
    assert f"{line.name} 0 used, no limit" in part(page, "partners")
    assert f"{CAMPAIGNS}{month.id}/allotments" in [link.get("href") for link in page.root.iter("a")]


def test_one_that_is_not_there_is_missing(staff: IsolatedClient) -> None:
    assert staff.get(f"{CAMPAIGNS}999").status_code == 404


def test_perf_the_page_takes_the_same_statements_whatever_there_is(
    staff: IsolatedClient, make: Make, statements: Counted
) -> None:
    month, asha = make.campaign("Month"), make.trainer()
    numbers = []
    for number in (2, 20):
        for _place in range(number):
            make.training_session(campaign_id=month.id, trainer_ids=(asha.person_id,))
        with statements() as sent:
            staff.page(f"{CAMPAIGNS}{month.id}")
        numbers.append(len([one for one in sent if "sign_in" not in one]))

    assert numbers[0] == numbers[1] <= 15
