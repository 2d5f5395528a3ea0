"""Clashes of trainers and places, shown when saving; saved all the same when somebody says so."""

from typing import Any

import pytest
import sqlalchemy as sa

from tests.clients import IsolatedClient, Page, values_of
from tests.factories import Make
from tests.times import DAY, HOUR, NOW, wall
from training.audit.models import AuditEntry
from training.db import db
from training.sessions.models import TrainingSession
from training.sessions.values import SessionStatus

NEW = "/staff/sessions/new"
#: Forms know no seconds.
NOON = (NOW + 3 * DAY).replace(hour=12, minute=0, second=0)


@pytest.fixture
def staff(client: IsolatedClient, make: Make) -> IsolatedClient:
    """A coordinator's browser."""
    client.sign_in(make.coordinator())
    return client


def _fields(starts_at: Any = NOON, timezone: str = "Africa/Nairobi", **more: Any) -> dict[str, Any]:
    begins, ends = wall(starts_at, timezone), wall(starts_at + HOUR, timezone)
    return {
        "title": "Planned",
        "timezone": timezone,
        "capacity": "20",
        "meetings-0-day": begins.date().isoformat(),
        "meetings-0-start": f"{begins:%H:%M}",
        "meetings-0-end": f"{ends:%H:%M}",
        "meetings-0-end_day": ends.date().isoformat(),
        **{name.replace("__", "-"): value for name, value in more.items()},
    }


def _titles() -> list[str]:
    return list(db.session.scalars(sa.select(TrainingSession.title).order_by(TrainingSession.id)))


def _clashes(page: Page) -> list[str]:
    [section] = page.root.findall(".//section[@aria-labelledby='clashes']")
    return [" ".join("".join(line.itertext()).split()) for line in section.iter("li")]


def _box(page: Page) -> tuple[str, str]:
    [box] = page.root.findall(".//input[@name='seen']")
    return box.get("type", ""), box.get("value", "")


def _audited(action: str) -> list[Any]:
    found = sa.select(AuditEntry.after).where(AuditEntry.action == action).order_by(AuditEntry.id)
    return [(after or {}).get("clashes_with") for after in db.session.scalars(found)]


def test_a_new_session_that_clashes_is_saved_only_all_the_same(
    staff: IsolatedClient, make: Make
) -> None:
    asha = make.trainer(name="Asha")
    other = make.training_session(
        title="Other",
        status=SessionStatus.DRAFT,
        trainer_ids=(asha.person_id,),
        meetings=(make.meeting_plan(NOON + HOUR / 2, venue="Campus", room="2"),),
    )
    fields = _fields(
        timezone="Asia/Kathmandu",
        trainer_ids=[str(asha.person_id)],
        meetings__0__venue="Campus",
        meetings__0__description="Kept",
    )

    refused = staff.fill(NEW, {**fields, "description": "Kept"})
    page = Page(refused.text)
    typed = values_of(page.form())
    once_more = staff.post(NEW, data=typed)
    kind, key = _box(page)
    made_up = staff.post(NEW, data=typed | {"seen": "0" * 32})
    before = _titles()
    without_reason = staff.post(NEW, data=typed | {"seen": key})
    asked = Page(without_reason.text)
    before_reason = _titles()
    saved = staff.post(NEW, data=typed | {"seen": key, "clash_reason": "Asha agreed"})

    [line] = _clashes(page)
    assert (refused.status_code, once_more.status_code, made_up.status_code) == (409, 409, 409)
    assert kind == "checkbox"
    assert line.startswith("Asha, 2, Campus Other (draft) There: ")
    assert page.root.find(f".//a[@href='/staff/sessions/{other.id}']") is not None
    assert typed["description"] == ["Kept"]
    assert before == before_reason == ["Other"]
    assert without_reason.status_code == 422
    assert values_of(asked.form())["seen"] == [key]
    assert asked.root.find(".//*[@id='clash_reason-error']") is not None
    assert saved.status_code == 303
    assert _titles() == ["Other", "Planned"]
    assert _audited("session.schedule") == [None, [other.id]]


def test_what_only_touches_or_is_called_off_is_no_clash(staff: IsolatedClient, make: Make) -> None:
    asha = make.trainer(name="Asha")
    plans: dict[str, Any] = {"trainer_ids": (asha.person_id,)}
    make.training_session(meetings=(make.meeting_plan(NOON + HOUR, hours=1),), **plans)
    make.training_session(meetings=(make.meeting_plan(NOON - HOUR, hours=1),), **plans)
    make.training_session(
        status=SessionStatus.CANCELLED, meetings=(make.meeting_plan(NOON),), **plans
    )

    saved = staff.fill(NEW, _fields(trainer_ids=[str(asha.person_id)]))

    assert saved.status_code == 303
    assert _audited("session.schedule")[-1] is None


def test_two_meetings_of_one_session_at_once_clash_with_each_other(
    staff: IsolatedClient, make: Make
) -> None:
    asha = make.trainer(name="Asha")
    first = _fields(trainer_ids=[str(asha.person_id)])
    second = {
        name.replace("-0-", "-1-"): text for name, text in first.items() if name.startswith("meet")
    }

    refused = staff.fill(NEW, {**first, **second})
    page = Page(refused.text)
    saved = staff.post(
        NEW, data=values_of(page.form()) | {"seen": _box(page)[1], "clash_reason": "So be it"}
    )

    assert refused.status_code == 409
    assert "Two meetings of this session are at the same time." in _clashes(page)[0]
    assert saved.status_code == 303


def test_an_edit_asks_only_when_it_touches_what_clashes(staff: IsolatedClient, make: Make) -> None:
    asha = make.trainer(name="Asha")
    other = make.training_session(
        title="Other", trainer_ids=(asha.person_id,), meetings=(make.meeting_plan(NOON),)
    )
    mine = make.training_session(title="Mine", meetings=(make.meeting_plan(NOON),))
    address, revision = f"/staff/sessions/{mine.id}/edit", mine.revision

    refused = staff.fill(address, {"trainer_ids": [str(asha.person_id)]})
    page = Page(refused.text)
    unchanged = db.session.get_one(TrainingSession, mine.id).revision
    saved = staff.post(
        address, data=values_of(page.form()) | {"seen": _box(page)[1], "clash_reason": "So be it"}
    )
    renamed = staff.fill(address, {"title": "Renamed"})

    assert refused.status_code == 409
    assert _clashes(page)[0].startswith("Asha Other There: ")
    assert unchanged == revision
    assert (saved.status_code, renamed.status_code) == (303, 303)
    assert _audited("session.revise") == [[other.id], None]


def test_the_schedule_marks_what_clashes(staff: IsolatedClient, make: Make) -> None:
    for number, hours in enumerate((0, 0.5, 9)):
        make.training_session(
            title=f"Number {number}",
            meetings=(make.meeting_plan(NOON + hours * HOUR, hours=1, venue="Hall"),),
        )

    rows = staff.page("/staff/schedule/").root.findall(".//tbody/tr/th")

    assert [" ".join("".join(row.itertext()).split()) for row in rows] == [
        "Number 0 Clash",
        "Number 1 Clash",
        "Number 2",
    ]
