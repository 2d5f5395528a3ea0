"""Clashes that somebody accepted, with a reason, and trainers who cannot train then."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from tests.clients import IsolatedClient, Page, values_of
from tests.factories import Make
from tests.times import DAY, HOUR, NAIROBI, TOMORROW, wall
from training.audit.models import AuditEntry
from training.db import db
from training.sessions.clash_queries import clashes_of, clashing
from training.sessions.models import AcceptedClash, TrainingSession, Unavailability

Counted = Callable[[], AbstractContextManager[list[str]]]
NOON = TOMORROW + 3 * DAY


@pytest.fixture
def staff(client: IsolatedClient, make: Make) -> IsolatedClient:
    """A coordinator's browser."""
    client.sign_in(make.coordinator(name="Cora"))
    return client


def _pair(make: Make) -> tuple[TrainingSession, TrainingSession]:
    one, other = (
        make.training_session(title=title, meetings=(make.meeting_plan(at, venue="Hall"),))
        for title, at in (("One", NOON), ("Other", NOON + 9 * HOUR))
    )
    return one, other


def _move_there(staff: IsolatedClient, session: TrainingSession, **more: str) -> Any:
    """Move a session to noon, where it clashes, and say why."""
    address = f"/staff/sessions/{session.id}/edit"
    fields = {
        "meetings-0-start": f"{wall(NOON):%H:%M}",
        "meetings-0-end": f"{wall(NOON + HOUR):%H:%M}",
        "meetings-0-end_day": "",
        "meetings-0-day": wall(NOON).date().isoformat(),
        **more,
    }
    refused = staff.fill(address, fields)
    assert refused.status_code == 409
    page = Page(refused.text)
    [box] = page.root.findall(".//input[@name='seen']")
    typed = values_of(page.form())
    return staff.post(
        address,
        data=typed | {"seen": box.get("value"), "clash_reason": " Two groups share it "},
    )


def test_an_accepted_clash_is_named_on_both_pages_and_counts_no_more(
    staff: IsolatedClient, make: Make
) -> None:
    one, other = _pair(make)
    both = [one.id, other.id]

    saved = _move_there(staff, other)
    shown = [staff.page(f"/staff/sessions/{id_}").text() for id_ in both]
    renamed = staff.fill(f"/staff/sessions/{other.id}/edit", {"title": "Renamed"})

    assert (saved.status_code, renamed.status_code) == (303, 303)
    assert [clashing(both), clashing(both, leave_out_accepted=False)] == [
        frozenset(),
        frozenset(both),
    ]
    assert [clashing([id_]) for id_ in both] == [frozenset(), frozenset()]
    assert ["Accepted by Cora: Two groups share it" in text for text in shown] == [True, True]
    [row] = db.session.scalars(sa.select(AcceptedClash))
    assert (row.training_session_id, row.reason) == (other.id, "Two groups share it")
    [entry] = db.session.scalars(
        sa.select(AuditEntry).where(AuditEntry.action == "session.accept_clash")
    )
    assert entry.after == {"count": 1, "clashes_with": [one.id]}


@pytest.mark.parametrize(
    "fields",
    [
        {"meetings-0-end": f"{wall(NOON + 2 * HOUR):%H:%M}"},
        {"meetings-0-room": "Balcony"},
        {"trainers": "both"},
    ],
    ids=["time", "place", "people"],
)
def test_it_counts_again_once_time_place_or_people_change(
    staff: IsolatedClient, make: Make, fields: dict[str, str]
) -> None:
    one, other = _pair(make)
    asha = make.trainer(name="Asha")
    _move_there(staff, other)
    accepted = clashing([one.id])

    change: dict[str, Any] = fields
    if "trainers" in fields:
        change = {"trainer_ids": [str(asha.person_id)]}
        staff.fill(f"/staff/sessions/{other.id}/edit", change)  # alone she clashes with nothing
    answer = staff.fill(f"/staff/sessions/{one.id}/edit", change)
    page = Page(answer.text)
    [box] = page.root.findall(".//input[@name='seen']")
    staff.post(
        f"/staff/sessions/{one.id}/edit",
        data=values_of(page.form()) | {"seen": box.get("value"), "clash_reason": "Again"},
    )

    assert accepted == frozenset()
    assert answer.status_code == 409
    assert clashing([one.id, other.id]) == frozenset()
    assert len(db.session.scalars(sa.select(AcceptedClash)).all()) == 2


def test_a_reason_is_asked_for_and_has_a_length(staff: IsolatedClient, make: Make) -> None:
    one, other = _pair(make)
    address = f"/staff/sessions/{other.id}/edit"
    refused = staff.fill(
        address,
        {
            "meetings-0-start": f"{wall(NOON):%H:%M}",
            "meetings-0-end_day": "",
            "meetings-0-day": wall(NOON).date().isoformat(),
            "meetings-0-end": f"{wall(NOON + HOUR):%H:%M}",
        },
    )
    page = Page(refused.text)
    [box] = page.root.findall(".//input[@name='seen']")
    typed = {**values_of(page.form()), "seen": box.get("value")}

    answers = {
        reason: staff.post(address, data={**typed, "clash_reason": reason})
        for reason in ("", "  ", "x" * 501, "a\x00b")
    }
    kept = values_of(Page(answers["x" * 501].text).form())

    assert [answer.status_code for answer in answers.values()] == [422] * 4
    assert kept["clash_reason"] == ["x" * 501]
    assert kept["seen"] == [box.get("value")]
    assert clashing([one.id, other.id]) == frozenset()
    assert db.session.scalars(sa.select(AcceptedClash)).all() == []


def test_who_cannot_train_then_clashes_in_the_same_words_and_lists(
    staff: IsolatedClient, make: Make, statements: Counted
) -> None:
    asha = make.trainer(name="Asha")
    day = wall(NOON).date()
    session = make.training_session(
        title="Theirs", trainer_ids=(asha.person_id,), meetings=(make.meeting_plan(NOON),)
    )
    quiet = make.training_session(title="Quiet", meetings=(make.meeting_plan(NOON),))
    before = clashing([session.id, quiet.id])

    make.unavailability(asha.person_id, starts_on=day, ends_on=day)
    with statements() as sent:
        found = clashing([session.id, quiet.id])
    [clash] = clashes_of(session.id)
    page = staff.page(f"/staff/sessions/{session.id}").text()
    rows = staff.page("/staff/schedule/").text()

    assert before == frozenset()
    assert found == frozenset({session.id})
    assert len(sent) <= 4
    assert clash.trainer_ids == frozenset({asha.person_id})
    assert "Cannot train then." in page
    assert "Clash" in rows


def test_planning_asks_about_it_and_a_reason_settles_it(staff: IsolatedClient, make: Make) -> None:
    asha = make.trainer(name="Asha")
    make.unavailability(asha.person_id, weekday=wall(NOON).weekday())
    session = make.training_session(meetings=(make.meeting_plan(NOON),))
    address = f"/staff/sessions/{session.id}/edit"

    refused = staff.fill(address, {"trainer_ids": [str(asha.person_id)]})
    page = Page(refused.text)
    [box] = page.root.findall(".//input[@name='seen']")
    saved = staff.post(
        address,
        data=values_of(page.form()) | {"seen": box.get("value"), "clash_reason": "She swapped"},
    )
    accepted = clashing([session.id])
    make.unavailability(asha.person_id, weekday=wall(NOON).weekday())

    assert refused.status_code == 409
    assert "Asha" in page.text()
    assert "Cannot train then." in page.text()
    assert saved.status_code == 303
    assert accepted == frozenset()
    assert clashing([session.id]) == frozenset({session.id})  # another entry, not that one


class TestWhileTyping:
    """The part of the form that a script asks for: it writes nothing, and knows no mistakes."""

    ADDRESS = "/staff/sessions/clashes"

    def _typed(self, **more: Any) -> dict[str, Any]:
        return {
            "timezone": NAIROBI,
            "meetings-0-day": wall(NOON).date().isoformat(),
            "meetings-0-start": f"{wall(NOON):%H:%M}",
            "meetings-0-end": f"{wall(NOON + HOUR):%H:%M}",
            "meetings-0-venue": "Hall",
            **more,
        }

    def _post(self, staff: IsolatedClient, fields: dict[str, Any], query: str = "") -> Page:
        token = values_of(staff.page("/staff/sessions/new").form())["csrf_token"][0]
        answer = staff.post(self.ADDRESS + query, data={**fields, "csrf_token": token})
        assert answer.status_code == 200, answer.text
        return Page(answer.text)

    def test_it_says_what_saving_would_say(self, staff: IsolatedClient, make: Make) -> None:
        asha = make.trainer(name="Asha")
        make.unavailability(asha.person_id, weekday=wall(NOON).weekday())
        other = make.training_session(
            title="Other", meetings=(make.meeting_plan(NOON, venue="Hall"),)
        )
        fields = self._typed(trainer_ids=[str(asha.person_id)])

        page = self._post(staff, fields)
        full = {"title": "New", "capacity": "9", **fields}
        refused = Page(staff.fill("/staff/sessions/new", full).text)
        keys = [one.root.find(".//input[@name='seen']") for one in (page, refused)]
        saved = staff.fill(
            "/staff/sessions/new",
            {
                **full,
                "seen": keys[0].get("value") if keys[0] is not None else "",
                "clash_reason": "So be it",
            },
        )

        assert "Cannot train then." in page.text()
        assert page.root.find(f".//a[@href='/staff/sessions/{other.id}']") is not None
        assert [key.get("value") for key in keys if key is not None] == [keys[0].get("value")] * 2  # type: ignore[union-attr]  # asserted by it
        assert saved.status_code == 303

    def test_a_session_does_not_clash_with_itself_nor_with_what_is_accepted(
        self, staff: IsolatedClient, make: Make
    ) -> None:
        one, other = _pair(make)
        alone = self._post(staff, self._typed(), f"?session={one.id}")
        _move_there(staff, other)

        page = self._post(
            staff,
            {**self._typed(), "meetings-0-end": f"{wall(NOON + 1.5 * HOUR):%H:%M}"},
            f"?session={one.id}",
        )

        assert alone.root.find(".//input[@name='seen']") is None
        assert page.root.find(".//input[@name='seen']") is None

    @pytest.mark.parametrize(
        "fields",
        [
            {},
            {"timezone": "Mars/Base"},
            {
                "timezone": "Europe/Berlin",
                "meetings-0-day": "2027-03-28",
                "meetings-0-start": "02:30",
            },
            {"meetings-0-day": "someday"},
            {"trainer_ids": ["x", "9" * 40, "²"]},
            {"meetings-0-venue": "\x00Hall"},
            {"meetings-0-end": "00:00"},
        ],
    )
    def test_what_is_not_typed_yet_or_wrong_clashes_with_nothing(
        self, staff: IsolatedClient, fields: dict[str, Any]
    ) -> None:
        typed = self._typed(**fields) if fields else {}

        assert self._post(staff, typed).root.find(".//input") is None

    def test_it_takes_the_statements_that_it_needs(
        self, staff: IsolatedClient, make: Make, statements: Counted
    ) -> None:
        for number in range(12):
            make.training_session(meetings=(make.meeting_plan(NOON + number * HOUR, venue="Hall"),))
        token = values_of(staff.page("/staff/sessions/new").form())["csrf_token"][0]

        with statements() as sent:
            staff.post(self.ADDRESS, data={**self._typed(), "csrf_token": token})

        # Who asks; the venue; what is in the way; who is away or what was accepted; two of names.
        assert len(sent) <= 7


class TestOwnUnavailability:
    """A trainer on a phone says when they cannot train."""

    ADDRESS = "/trainer/unavailability"

    def test_days_and_weekdays_are_noted_listed_and_removed(
        self, client: IsolatedClient, make: Make
    ) -> None:
        asha = make.trainer(name="Asha")
        client.sign_in(asha)
        week = {
            "what": "weekly",
            "weekday": "1",
            "starts": "09:00",
            "ends": "12:00",
            "timezone": NAIROBI,
        }

        noted = [
            client.fill(
                self.ADDRESS, {"starts_on": "2030-05-12", "timezone": NAIROBI, "note": "Away"}
            ),
            client.fill(self.ADDRESS, week, action="unavailability"),
        ]
        page = client.page(self.ADDRESS)
        rows = db.session.scalars(sa.select(Unavailability).order_by(Unavailability.id)).all()
        noted_as = [(row.weekday, row.starts_on == row.ends_on) for row in rows]
        removed = client.fill(self.ADDRESS, action=f"{rows[0].id}/remove")

        assert [one.status_code for one in (*noted, removed)] == [303, 303, 303]
        assert noted_as == [(None, True), (1, True)]
        assert "Sunday, 12 May 2030, the whole day" in page.text()
        assert "Every Tuesday, 09:00 to 12:00" in page.text()
        assert [row.weekday for row in db.session.scalars(sa.select(Unavailability))] == [1]
        actions = db.session.scalars(sa.select(AuditEntry.action).order_by(AuditEntry.id)).all()
        assert actions[-3:] == ["person.add_unavailability"] * 2 + ["person.remove_unavailability"]

    @pytest.mark.parametrize(
        "fields",
        [
            {"starts_on": ""},
            {"starts_on": "2030-02-30"},
            {"starts_on": "2030-05-12", "ends_on": "2030-05-11"},
            {"starts_on": "2030-05-12", "starts": "09:00"},
            {"starts_on": "2030-05-12", "ends": "25:00"},
            {"starts_on": "2030-05-12", "timezone": "Mars/Base"},
            {"starts_on": "2030-05-12", "note": "x" * 201},
            {"what": "weekly", "weekday": "7"},
            {"what": "hourly"},
        ],
    )
    def test_what_names_no_time_is_refused_and_kept(
        self, client: IsolatedClient, make: Make, fields: dict[str, str]
    ) -> None:
        client.sign_in(make.trainer())
        typed = {"timezone": NAIROBI, **fields}

        refused = client.fill(self.ADDRESS, typed)

        assert refused.status_code == 422
        kept = values_of(Page(refused.text).form())
        assert kept["timezone"] == [typed["timezone"]]
        assert db.session.scalars(sa.select(Unavailability)).all() == []

    def test_staff_note_it_for_somebody(self, staff: IsolatedClient, make: Make) -> None:
        asha = make.trainer(name="Asha")
        address = f"/staff/people/{asha.person_id}/unavailability"

        noted = staff.fill(address, {"starts_on": "2030-05-12", "ends_on": "2030-05-14"})
        page = staff.page(address)
        [row] = db.session.scalars(sa.select(Unavailability))

        assert noted.status_code == 303
        assert "12 May 2030 to Tuesday, 14 May 2030, the whole day" in page.text()
        assert (row.person_id, row.ends_on) == (asha.person_id, row.starts_on + timedelta(days=2))  # type: ignore[operator]  # typed above
