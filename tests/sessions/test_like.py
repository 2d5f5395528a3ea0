"""Scheduling a session after others: like one of them, or in a language of theirs."""

from typing import Any
from xml.etree import ElementTree as ET

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.clients import IsolatedClient, Page, values_of
from tests.factories import Make
from tests.imports.events import FILES
from tests.times import DAY, NOW, TOMORROW, wall
from training.accounts.models import Account
from training.db import db, transaction
from training.errors import BusyError
from training.imports.cli import commands
from training.people.models import Person
from training.sessions import service
from training.sessions.models import Assignment, TrainingSession

NEW = "/staff/sessions/new"
#: What a new form lacks.
REST = {
    "title": "Safer livestreams",
    "meetings-0-day": "2027-05-12",
    "meetings-0-start": "14:00",
    "meetings-0-end": "15:30",
    "capacity": "20",
}


@pytest.fixture
def staff(client: IsolatedClient, make: Make) -> IsolatedClient:
    """A coordinator's browser."""
    client.sign_in(make.coordinator(name="Mina", email="mina@example.org"))
    return client


def _languages() -> list[str]:
    return list(
        db.session.scalars(sa.select(TrainingSession.language).order_by(TrainingSession.id))
    )


def _trainers_of_newest() -> list[str]:
    newest = sa.select(sa.func.max(TrainingSession.id)).scalar_subquery()
    return list(
        db.session.scalars(
            sa.select(Person.name)
            .join(Assignment, Assignment.person_id == Person.id)
            .where(Assignment.training_session_id == newest)
            .order_by(Person.name)
        )
    )


def _error(text: str, target: str) -> str | None:
    found = Page(text).root.find(f".//p[@id='{target}-error']")
    return None if found is None else "".join(found.itertext())


def _focused(text: str) -> list[str | None]:
    controls: list[ET.Element] = list(Page(text).root.iter("input"))
    return [one.get("name") for one in controls if one.get("autofocus") is not None]


def test_after_the_real_events_came_in_a_session_is_scheduled_like_one(
    app: Flask, staff: IsolatedClient
) -> None:
    app.test_cli_runner().invoke(commands, ["sessions", *map(str, FILES)])
    db.session.rollback()
    found = sa.select(TrainingSession.id, TrainingSession.language)
    a_session_in = {language: id_ for id_, language in db.session.execute(found)}
    assert set(a_session_in) == {"en-AU", "en-US"}

    new = staff.fill(NEW, REST)
    answers = {
        language: staff.fill(f"/staff/sessions/{id_}/duplicate", REST).status_code
        for language, id_ in a_session_in.items()
    }

    assert new.status_code == 303
    assert answers == {"en-AU": 303, "en-US": 303}
    assert len(_languages()) == 68 + 3
    assert set(_languages()[-2:]) == {"en-AU", "en-US"}


def test_a_language_that_was_chosen_stays_when_something_else_is_wrong(
    staff: IsolatedClient, make: Make
) -> None:
    make.training_session(language="fr-CA")

    refused = staff.fill(NEW, {**REST, "title": ""})
    more = staff.fill(NEW, {**REST, "add": "1"})
    again = staff.post(NEW, data={**values_of(Page(refused.text).form()), "title": "Bases"})

    assert (refused.status_code, more.status_code, again.status_code) == (422, 200, 303)
    for answer in (refused, more):
        assert values_of(Page(answer.text).form())["language"] == ["fr-CA"]
    assert _languages() == ["fr-CA", "fr-CA"]


@pytest.mark.parametrize(
    "tag", ["xx-YY", "en_AU", "EN", "en-AU ", "e", "", "a" * 5000, "en-AU\x00", "\uff45n"]
)
def test_inp_01_what_names_no_language_is_refused(staff: IsolatedClient, tag: str) -> None:
    response = staff.fill(NEW, {**REST, "language": tag})

    assert response.status_code == 422
    assert _error(response.text, "language") is not None
    assert _languages() == []


def test_a_language_that_only_an_import_knows_is_kept_but_begins_no_new_form(
    staff: IsolatedClient, make: Make
) -> None:
    pattern = make.training_session(language="xx-YY", starts_at=TOMORROW)

    begun = values_of(staff.page(NEW).form())["language"]
    like = staff.fill(f"/staff/sessions/{pattern.id}/duplicate", REST)

    assert begun == ["en"]
    assert like.status_code == 303
    assert _languages() == ["xx-YY", "xx-YY"]


def test_another_session_like_one_keeps_trainers_who_have_no_account(
    staff: IsolatedClient, make: Make
) -> None:
    tom, gone = make.person(name="Tom"), make.trainer(name="Gone")
    pattern = make.training_session(trainer_ids=(tom.id, gone.person_id), starts_at=TOMORROW)
    pattern_id = pattern.id
    with transaction():
        db.session.get_one(Account, gone.id).disabled_at = NOW

    response = staff.fill(f"/staff/sessions/{pattern_id}/duplicate", REST)

    assert response.status_code == 303
    assert _trainers_of_newest() == ["Gone", "Tom"]


def test_a_pattern_that_is_not_there_is_404(staff: IsolatedClient) -> None:
    form = values_of(staff.page(NEW).form())

    assert staff.get("/staff/sessions/999/duplicate").status_code == 404
    assert staff.post("/staff/sessions/999/duplicate", data=form | REST).status_code == 404


@pytest.mark.parametrize(
    ("closes", "status"),
    [("2027-05-19T15:30", 303), ("2027-05-19T15:31", 422), ("2027-06-01T00:00", 422)],
)
def test_registration_closes_by_the_end_of_the_last_meeting(
    staff: IsolatedClient, closes: str, status: int
) -> None:
    second = {
        "meetings-1-day": "2027-05-19",
        "meetings-1-start": "14:00",
        "meetings-1-end": "15:30",
    }

    response = staff.fill(NEW, {**REST, **second, "registration_closes": closes})

    said = None if status == 303 else "Registration must close before the last meeting is over."
    assert response.status_code == status
    assert _error(response.text, "registration_closes") == said
    assert len(_languages()) == (status == 303)


def test_a_session_is_not_changed_to_register_people_after_its_end(
    staff: IsolatedClient, make: Make
) -> None:
    session = make.training_session(starts_at=NOW + DAY)
    address = f"/staff/sessions/{session.id}/edit"
    late = f"{wall(NOW + 3 * DAY):%Y-%m-%dT%H:%M}"

    response = staff.fill(address, {"registration_closes": late})

    assert response.status_code == 422
    assert values_of(Page(response.text).form())["registration_closes"] == [late]


@pytest.mark.parametrize("act", ["schedule", "revise"])
def test_busy_database_keeps_what_was_typed(
    staff: IsolatedClient, make: Make, monkeypatch: pytest.MonkeyPatch, act: str
) -> None:
    session = make.training_session(starts_at=TOMORROW)
    address = NEW if act == "schedule" else f"/staff/sessions/{session.id}/edit"
    before = _languages()

    def busy(*_args: Any, **_fields: Any) -> None:
        raise BusyError

    with monkeypatch.context() as patched:
        patched.setattr(service, act, busy)
        response = staff.fill(address, {**REST, "title": "Typed with care"})
    typed = values_of(Page(response.text).form())
    again = staff.post(address, data=typed)

    assert (response.status_code, response.headers["Retry-After"]) == (503, "2")
    assert "The server is busy. Nothing was changed; please try again." in response.text
    assert typed["title"] == ["Typed with care"]
    assert again.status_code == 303
    assert len(_languages()) == len(before) + (act == "schedule")


def test_a_new_row_is_where_one_types_next(staff: IsolatedClient) -> None:
    more = staff.fill(NEW, {**REST, "add": "1"})
    fewer = staff.fill(NEW, {**REST, "remove": "0"})

    assert _focused(more.text) == ["meetings-1-day"]
    assert _focused(fewer.text) == []
