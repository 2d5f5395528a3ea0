"""A trainer's pages, as a browser without JavaScript uses them, on both engines."""

from typing import Any

import pytest
from flask import Flask

from tests.attendance.sheets import (
    ABSENT,
    CLEARED,
    LATE,
    OF_EACH_PAGE,
    PRESENT,
    Running,
    Statements,
    current,
    history,
    mark,
    record,
    running,
)
from tests.clients import IsolatedClient, Page, values_of
from tests.factories import Make
from tests.times import DAY, HOUR, NOW
from training.accounts.policy import Scope
from training.db import transaction
from training.registrations import seats
from training.registrations.values import CancelledBecause
from training.sessions import service as sessions


def test_all_present_then_one_late_then_undo(
    app: Flask, make: Make, client: IsolatedClient
) -> None:
    sheet = running(make, people=3)
    ada, ben, cleo = sheet.registration_ids
    client.sign_in(sheet.trainer)

    all_present = send(client, sheet, {"all": "present"})
    one_late = send(client, sheet, {f"mark-{ben}": "late"}, path=all_present.headers["Location"])
    after_late = current()
    undone = send(client, sheet, {"undo": "1"}, path=one_late.headers["Location"])

    assert [one.status_code for one in (all_present, one_late, undone)] == [303, 303, 303]
    assert after_late == {ada: PRESENT, ben: LATE, cleo: PRESENT}
    assert current() == {ada: PRESENT, ben: PRESENT, cleo: PRESENT}
    assert len(history()) == 5
    assert "1 mark was taken back." in client.page(undone.headers["Location"]).text()


def test_all_present_marks_those_who_have_no_mark(
    app: Flask, make: Make, client: IsolatedClient
) -> None:
    sheet = running(make, people=3)
    ada, ben, cleo = sheet.registration_ids
    record(sheet, mark(ada, ABSENT))
    client.sign_in(sheet.trainer)

    send(client, sheet, {"all": "present", f"mark-{ben}": "late"})

    assert current() == {ada: ABSENT, ben: LATE, cleo: PRESENT}


def test_a_sheet_says_whose_marks_its_script_keeps(
    app: Flask, make: Make, client: IsolatedClient
) -> None:
    """Two trainers share a phone: what one left unsent is not the other's."""
    first, second = make.trainer(), make.trainer()
    people = (first.person_id, second.person_id)
    sheet = running(make, trainer=first, trainer_ids=people)

    markers = []
    for account in (first, second, first):
        client.sign_in(account)
        [form] = client.page(sheet.path).root.findall(".//form[@data-sheet]")
        markers.append(form.get("data-marker"))

    assert markers == [str(people[0]), str(people[1]), str(people[0])]


def test_saving_makes_a_mark_of_each_changed_row_only(
    app: Flask, make: Make, client: IsolatedClient
) -> None:
    sheet = running(make, people=3)
    ada, ben, cleo = sheet.registration_ids
    record(sheet, mark(ada, PRESENT), mark(ben, PRESENT))
    client.sign_in(sheet.trainer)

    answer = send(client, sheet, {f"mark-{ben}": "", f"mark-{cleo}": "excused"})

    assert history()[2:] == [(ben, CLEARED), (cleo, "excused")]
    page = client.page(answer.headers["Location"])
    assert "2 marks saved." in page.text()
    assert "2 of 3 marked" in page.text()


def test_an_older_form_does_not_undo_what_another_trainer_marked_meanwhile(
    app: Flask, make: Make, client: IsolatedClient
) -> None:
    sheet = running(make, people=2)
    ada, ben = sheet.registration_ids
    client.sign_in(sheet.trainer)
    older = filled(client, sheet.path)
    record(sheet, mark(ada, LATE))

    client.post(sheet.path, data={**older, f"mark-{ben}": "present"})
    client.post(sheet.path, data={**filled(client, sheet.path), **older, "all": "present"})

    assert current() == {ada: LATE, ben: PRESENT}


def test_a_form_sent_twice_saves_once_and_says_so_both_times(
    app: Flask, make: Make, client: IsolatedClient
) -> None:
    sheet = running(make, people=2)
    ada = sheet.registration_ids[0]
    client.sign_in(sheet.trainer)
    form = {**filled(client, sheet.path), f"mark-{ada}": "present"}

    answers = [client.post(sheet.path, data=form) for _ in range(2)]

    assert len(history()) == 1
    assert [one.status_code for one in answers] == [303, 303]
    assert client.page(sheet.path).text().count("1 mark saved.") == 2


def test_undo_with_nothing_saved_says_so(app: Flask, make: Make, client: IsolatedClient) -> None:
    sheet = running(make)
    client.sign_in(sheet.trainer)

    send(client, sheet, {"undo": "1"})

    assert history() == []
    assert "There is nothing to take back." in client.page(sheet.path).text()


def test_a_save_without_changes_says_so_and_still_offers_to_undo_the_last(
    app: Flask, make: Make, client: IsolatedClient
) -> None:
    sheet = running(make, people=1)
    client.sign_in(sheet.trainer)
    saved = send(client, sheet, {"all": "present"}).headers["Location"]

    unchanged = send(client, sheet, {}, path=saved).headers["Location"]
    text = client.page(unchanged).text()
    send(client, sheet, {"undo": "1"}, path=unchanged)

    assert "Nothing was changed." in text
    assert current() == {sheet.registration_ids[0]: CLEARED}


def test_who_gave_up_their_seat_meanwhile_is_named_by_number_and_the_rest_is_saved(
    app: Flask, make: Make, client: IsolatedClient
) -> None:
    sheet = running(make, people=2)
    ada, ben = sheet.registration_ids
    client.sign_in(sheet.trainer)
    form = {**filled(client, sheet.path), "all": "present"}
    with transaction():
        seats.cancel(ada, because=CancelledBecause.STAFF, actor_id=None, now=NOW)

    client.post(sheet.path, data=form)

    text = client.page(sheet.path).text()
    assert current() == {ben: PRESENT}
    assert "1 mark saved." in text
    assert "1 mark was not saved: that person does not hold a seat any more." in text


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({"mark": "attended"}, id="no status"),
        pytest.param({"mark": "99"}, id="a number"),
        pytest.param({"mark": "cleared"}, id="a status of no button"),
        pytest.param({"mark": "present", "key": "guess"}, id="a key of no form"),
        pytest.param({"mark": "present", "key": ""}, id="no key"),
    ],
)
def test_att_09_what_no_form_of_ours_sends_is_refused_and_changes_nothing(
    app: Flask, make: Make, client: IsolatedClient, fields: dict[str, str]
) -> None:
    sheet = running(make, people=2)
    client.sign_in(sheet.trainer)
    ada, ben = sheet.registration_ids
    sent = {f"mark-{ada}": "present", f"mark-{ben}": fields["mark"]}
    sent |= {name: value for name, value in fields.items() if name != "mark"}

    answer = send(client, sheet, sent)

    assert answer.status_code == 422
    assert history() == []


def test_the_sheet_of_a_cancelled_session_says_so_and_takes_nothing(
    app: Flask, make: Make, client: IsolatedClient
) -> None:
    sheet = running(make, people=1)
    client.sign_in(sheet.trainer)
    form = {**filled(client, sheet.path), "all": "present"}
    with transaction():
        sessions.cancel(sheet.training_session_id, actor_id=None, now=NOW)

    answer = client.post(sheet.path, data=form)

    assert answer.status_code == 409
    assert "This meeting was cancelled." in Page(answer.text).text()
    assert history() == []
    assert offered(client.page(sheet.path)) == []


def test_a_sheet_that_is_not_open_yet_says_when_it_opens_and_who_is_coming(
    app: Flask, make: Make, client: IsolatedClient
) -> None:
    sheet = running(make, people=1, starts_at=NOW + 3 * DAY)
    client.sign_in(sheet.trainer)

    page = client.page(sheet.path)

    assert "You can mark attendance from" in page.text()
    assert "Ada 000" in page.text()
    assert offered(page) == []


def test_a_sheet_without_people_says_what_will_stand_there(
    app: Flask, make: Make, client: IsolatedClient
) -> None:
    trainer = make.trainer()
    make.training_session(starts_at=NOW + HOUR, trainer_ids=(trainer.person_id,))
    client.sign_in(trainer)

    page = client.page("/trainer/meetings/1")

    assert "Nobody has registered yet" in page.text()
    assert offered(page) == []


def test_my_sessions_lists_what_there_is_to_do_first(
    app: Flask, make: Make, client: IsolatedClient
) -> None:
    trainer = make.trainer()
    own: dict[str, Any] = {"people": 1, "trainer": trainer}
    running(make, title="Tomorrow", starts_at=NOW + DAY, **own)
    running(make, title="Forgotten", starts_at=NOW - 3 * DAY, **own)
    marked = running(make, title="Remembered", starts_at=NOW - 2 * DAY, **own)
    record(marked, mark(marked.registration_ids[0]))
    running(make, title="Of somebody else")
    client.sign_in(trainer)

    text = client.page("/trainer/").text()

    assert "Of somebody else" not in text
    order = [text.index(word) for word in ("Marks missing", "Forgotten", "Coming", "Tomorrow")]
    order += [text.index(word) for word in ("Done", "Remembered")]
    assert order == sorted(order)


def test_my_sessions_without_any_says_what_to_expect(
    app: Flask, make: Make, client: IsolatedClient
) -> None:
    client.sign_in(make.trainer())

    assert "No sessions yet" in client.page("/trainer/").text()


def test_att_10_the_sheet_of_another_trainer_is_missing(
    app: Flask, make: Make, client: IsolatedClient
) -> None:
    sheet = running(make, title="Planted title", people=1)
    neighbour = running(make)
    client.sign_in(neighbour.trainer)
    form = {**filled(client, neighbour.path), f"mark-{sheet.registration_ids[0]}": "present"}

    theirs = client.get(sheet.path)
    missing = client.get("/trainer/meetings/999999")
    posted = [
        client.post(sheet.path, data={**form, **fields})
        for fields in ({}, {"mark-1": "attended"}, {"undo": "1"}, {"key": ""})
    ]
    unchanged = client.post(sheet.path, data=filled(client, neighbour.path))

    assert [one.status_code for one in (theirs, *posted, unchanged)] == [404] * 6
    assert theirs.data == missing.data
    assert history() == []


def test_staff_mark_any_meeting(app: Flask, make: Make, client: IsolatedClient) -> None:
    sheet = running(make, people=1)
    client.sign_in(make.coordinator())

    send(client, sheet, {"all": "present"})

    assert current() == {sheet.registration_ids[0]: PRESENT}


def test_whoever_is_not_signed_in_is_asked_to(
    app: Flask, make: Make, client: IsolatedClient
) -> None:
    sheet = running(make)

    answers = [client.get(path) for path in ("/trainer/", sheet.path)]

    assert [(one.status_code, one.headers["Location"]) for one in answers] == [
        (303, "/account/sign-in?next=/trainer/"),
        (303, f"/account/sign-in?next=/trainer/meetings/{sheet.meeting_id}"),
    ]


@pytest.mark.parametrize("path", ["/trainer/meetings/0", "/trainer/meetings/2147483648"])
def test_a_meeting_that_cannot_be_is_missing(
    app: Flask, make: Make, client: IsolatedClient, path: str
) -> None:
    client.sign_in(make.trainer())

    assert client.get(path).status_code == 404


def test_a_name_is_shown_as_text(app: Flask, make: Make, client: IsolatedClient) -> None:
    trainer = make.trainer()
    session = make.training_session(starts_at=NOW + HOUR, trainer_ids=(trainer.person_id,))
    make.registration(session, name="<b>Ada</b> \u202eevil")
    client.sign_in(trainer)

    assert "<b>Ada</b> evil" in client.page("/trainer/meetings/1").text()


def test_the_sheet_takes_the_same_few_statements_for_20_and_for_200_people(
    app: Flask, make: Make, client: IsolatedClient, statements: Statements
) -> None:
    other = make.trainer()
    counted = {}
    for size in (20, 200):
        sheet = running(make, people=size)
        client.sign_in(sheet.trainer)
        for marker in (sheet.trainer, other):
            once = mark(sheet.registration_ids[0], nonce=f"{size}-{marker.person_id}-mark")
            record(sheet, once, actor_id=marker.person_id, scope=Scope.ALL)
            with statements() as sent:
                client.page(sheet.path)
            counted[size, marker is other] = len(sent)

    # Who disagrees is looked up only where somebody was marked by two people.
    assert counted == {
        (size, is_by_two): OF_EACH_PAGE + 2 + is_by_two
        for size in (20, 200)
        for is_by_two in (False, True)
    }


def test_my_sessions_take_the_same_few_statements_for_1_and_3(
    app: Flask, make: Make, client: IsolatedClient, statements: Statements
) -> None:
    trainer = make.trainer()
    client.sign_in(trainer)
    counted = []
    for number in (1, 2):
        for _ in range(number):
            running(make, trainer=trainer)
        with statements() as sent:
            client.page("/trainer/")
        counted.append(len(sent))

    assert counted == [OF_EACH_PAGE + 2] * 2


def offered(page: Page) -> list[Any]:
    """Return the sheet of a page, if it has one."""
    return [form for form in page.forms() if form.get("class") == "sheet"]


def filled(client: IsolatedClient, path: str) -> dict[str, Any]:
    """Open a sheet and return what its form would send."""
    return dict(values_of(offered(client.page(path))[0]))


def send(
    client: IsolatedClient, sheet: Running, fields: dict[str, str], *, path: str | None = None
) -> Any:
    """Open a sheet, change fields of its form and send it."""
    return client.post(sheet.path, data={**filled(client, path or sheet.path), **fields})
