"""Staff ask questions; answers are corrected by link and by staff, and stand in lists and files."""

import csv
import io
import re
from typing import Any

import pytest
import sqlalchemy as sa

from tests.clients import IsolatedClient, Page, values_of
from tests.factories import Make
from tests.registrations.links import manage_path
from tests.registrations.questioning import (
    as_stored,
    ask_each_kind,
    good_answers,
    stored_answers,
    versions_of,
)
from tests.times import NOW
from training.audit.models import AuditEntry
from training.db import db, transaction
from training.registrations.answers_queries import answers_of, columns, shown_columns
from training.registrations.models import Registration
from training.sessions import service as sessions
from training.sessions.question_queries import questions_of
from training.sessions.values import QuestionKind

ANA = {"people-0-name": "Ana", "people-0-email": "ana@example.org", "consent": "y"}


def register(client: IsolatedClient, session: Any, fields: dict[str, Any]) -> None:
    answer = client.fill(f"/sessions/{session.id}/register", {**ANA, **fields})
    assert answer.status_code == 303, answer.text


def labels_of(session: Any) -> list[str]:
    return [one.plan.label for one in questions_of(session.id)]


@pytest.mark.parametrize("is_course", [False, True])
def test_staff_ask_change_order_archive_and_ask_again(
    client: IsolatedClient, make: Make, *, is_course: bool
) -> None:
    course = make.course()
    session = make.training_session(course_id=course.id)
    client.sign_in(make.coordinator())
    whose = f"courses/{course.id}" if is_course else f"sessions/{session.id}"
    path = f"/staff/{whose}/questions"

    empty = client.page(path)
    for label in ("Food", "Shirt", "Years"):
        assert client.fill(path, {"label": label}, action="/questions").status_code == 303
    order = [labels_of(session)]
    ids = [one.question_id for one in questions_of(session.id)]
    moved = client.fill(path, {"down": "1"}, action=f"/questions/{ids[0]}/move")
    order.append(labels_of(session))
    shown = values_of(client.page(path).form(f"/questions/{ids[0]}/move"))
    up = client.post(f"/staff/questions/{ids[1]}/move", data={**shown, "up": "1"})
    changed = client.fill(
        f"/staff/questions/{ids[2]}",
        {"label": "Size", "kind": "choice", "choices": "S\r\nM\r\n\r\nL", "is_required": "y"},
    )
    archived = client.fill(path, action=f"/questions/{ids[0]}/archive")
    order.append(labels_of(session))
    again = client.fill(path, {"restore": "1"}, action=f"/questions/{ids[0]}/archive")
    order.append(labels_of(session))

    assert "Nothing is asked yet" in empty.text()
    assert [one.status_code for one in (moved, up, changed, archived, again)] == [303] * 5
    assert order == [
        ["Food", "Shirt", "Years"],
        ["Shirt", "Food", "Years"],
        ["Shirt", "Size"],
        ["Shirt", "Size", "Food"],
    ]
    plan = questions_of(session.id)[1].plan
    assert (plan.choices, plan.is_required) == (("S", "M", "L"), True)
    actions = db.session.scalars(
        sa.select(AuditEntry.action)
        .where(AuditEntry.subject_kind == "question")
        .order_by(AuditEntry.id)
    ).all()
    assert actions == [
        *["question.add"] * 3,
        "question.move",
        "question.revise",
        "question.archive",
        "question.restore",
    ]


def test_what_is_no_question_is_refused_and_kept(client: IsolatedClient, make: Make) -> None:
    session = make.training_session()
    client.sign_in(make.coordinator())
    path = f"/staff/sessions/{session.id}/questions"
    many = "\r\n".join(str(number) for number in range(31))
    wrong: list[tuple[dict[str, Any], str]] = [
        ({"label": ""}, "Type the question."),
        ({"label": "a\x07b"}, "cannot be stored"),
        ({"label": "x" * 501}, "longer than 500"),
        ({"label": "Kept", "kind": "dance"}, "Choose how it is answered."),
        ({"label": "Kept", "kind": "choice", "choices": "One"}, "Type 2 to 30 answers"),
        ({"label": "Kept", "kind": "choice", "choices": many}, "Type 2 to 30 answers"),
        ({"label": "Kept", "kind": "choice", "choices": "A\r\na "}, "are the same"),
        ({"label": "Kept", "kind": "choice", "choices": "A\r\n" + "b" * 201}, "at most 200"),
    ]

    answers = [client.fill(path, fields, action="/questions") for fields, _words in wrong]

    found = [
        (answer.status_code, words in answer.text)
        for answer, (_fields, words) in zip(answers, wrong, strict=True)
    ]
    assert found == [(422, True)] * len(wrong)
    assert all("Kept" in answer.text for answer in answers[3:])
    assert labels_of(session) == []


def test_twenty_are_asked_and_no_more(client: IsolatedClient, make: Make) -> None:
    session = make.training_session()
    client.sign_in(make.coordinator())
    path = f"/staff/sessions/{session.id}/questions"
    for number in range(19):
        make.question(f"Question {number}", training_session_id=session.id)
    values = values_of(client.page(path).form("/questions"))

    last = client.post(path, data={**values, "label": "The twentieth"})
    more = client.post(path, data={**values, "label": "One more"})
    first = questions_of(session.id)[0].question_id
    client.fill(path, action=f"/questions/{first}/archive")
    client.post(path, data={**values, "label": "Instead"})
    back = client.post(
        f"/staff/questions/{first}/archive",
        data={**values_of(client.page(path).form(f"/questions/{first}/archive")), "restore": "1"},
    )

    assert (last.status_code, more.status_code, back.status_code) == (303, 409, 409)
    assert "At most 20 questions" in more.text
    assert len(labels_of(session)) == 20


def test_two_who_change_one_question_see_what_differs(client: IsolatedClient, make: Make) -> None:
    session = make.training_session()
    id_ = make.question("Food", training_session_id=session.id)
    client.sign_in(make.coordinator())
    path = f"/staff/questions/{id_}"
    values = values_of(client.page(path).form())
    client.fill(path, {"label": "Drink"})

    stale = client.post(path, data={**values, "label": "Meals"})
    again = client.post(path, data=values_of(Page(stale.text).form()))
    moved = client.post(
        f"/staff/questions/{id_}/move", data={"csrf_token": values["csrf_token"], "shown": "x"}
    )

    assert stale.status_code == 409
    assert "Drink" in stale.text
    assert 'value="Meals"' in stale.text
    assert again.status_code == 303
    assert moved.status_code == 409
    assert labels_of(session) == ["Meals"]


def test_the_first_words_change_in_place_and_later_ones_make_a_version(
    client: IsolatedClient, make: Make
) -> None:
    course = make.course()
    session = make.training_session(course_id=course.id)
    id_ = make.question("Food", course_id=course.id)
    client.sign_in(make.coordinator())

    client.fill(f"/staff/questions/{id_}", {"label": "What do you eat?"})
    in_place = [one.label for one in versions_of(id_)]
    register(client, session, {f"people-0-q{id_}": "Rice"})
    client.fill(f"/staff/questions/{id_}", {"label": "What must you not eat?"})
    client.fill(f"/staff/questions/{id_}", {"label": "What can you not eat?"})

    assert in_place == ["What do you eat?"]
    assert [(one.number, one.label) for one in versions_of(id_)] == [
        (1, "What do you eat?"),
        (2, "What can you not eat?"),
    ]
    [registration_id] = db.session.scalars(sa.select(Registration.id)).all()
    assert answers_of([registration_id]) == {registration_id: {id_: "Rice"}}
    assert [one.label for one in columns(session.id)] == ["What can you not eat?"]


def test_participants_correct_their_answers_by_their_link(
    client: IsolatedClient, make: Make
) -> None:
    session = make.training_session()
    ids = ask_each_kind(make, session)
    register(client, session, good_answers(ids, "people-0-"))
    path = manage_path(db.session.scalars(sa.select(Registration)).one())

    page = client.page(path)
    shown = values_of(page.form("/answers"))
    food = f"q{ids[QuestionKind.TEXT]}"
    saved = client.fill(path, {food: "Nuts, too"}, action="/answers")
    wrong = client.fill(path, {food: ""}, action="/answers")
    stale = client.post(f"{path}/answers", data={**shown, food: "Late"})

    assert shown[food] == ["No nuts"]
    assert (saved.status_code, wrong.status_code, stale.status_code) == (303, 422, 409)
    assert 'value="Late"' in stale.text
    [version] = versions_of(ids[QuestionKind.TEXT])
    assert stored_answers(session) == [{**as_stored(ids), str(version.id): "Nuts, too"}]
    [entry] = db.session.scalars(
        sa.select(AuditEntry).where(AuditEntry.action == "registration.correct_answers")
    )
    assert entry.after == {"changed": ["answers"]}


def test_staff_correct_answers_and_see_what_somebody_else_saved_meanwhile(
    client: IsolatedClient, make: Make
) -> None:
    session = make.training_session()
    ids = ask_each_kind(make, session)
    register(client, session, good_answers(ids, "people-0-"))
    [registration_id] = db.session.scalars(sa.select(Registration.id)).all()
    client.sign_in(make.coordinator())
    path = f"/staff/registrations/{registration_id}/answers"
    food = f"q{ids[QuestionKind.TEXT]}"
    values = values_of(client.page(path).form())

    saved = client.fill(path, {food: "", f"q{ids[QuestionKind.CONSENT]}": None})
    stale = client.post(path, data={**values, food: "Late"})
    client.fill(f"/staff/questions/{ids[QuestionKind.TEXT]}", {"label": "Meals"})
    changed = client.post(path, data=values_of(Page(stale.text).form()))
    again = client.post(path, data=values_of(Page(changed.text).form()))

    assert [one.status_code for one in (saved, stale, changed, again)] == [303, 409, 409, 303]
    assert "What differs" in stale.text
    versions = versions_of(ids[QuestionKind.TEXT])
    assert stored_answers(session)[0][str(versions[-1].id)] == "Late"
    plain = make.registration(make.training_session())
    nothing = client.page(f"/staff/registrations/{plain.id}/answers")
    assert "This session asks no questions" in nothing.text()


def test_answers_to_what_is_asked_no_more_stay_as_they_were(
    client: IsolatedClient, make: Make
) -> None:
    session = make.training_session()
    food = make.question("Food", training_session_id=session.id)
    shirt = make.question("Shirt", training_session_id=session.id)
    register(client, session, {f"people-0-q{food}": "Rice", f"people-0-q{shirt}": "Large"})
    [registration_id] = db.session.scalars(sa.select(Registration.id)).all()
    client.sign_in(make.coordinator())
    client.fill(f"/staff/sessions/{session.id}/questions", action=f"/questions/{shirt}/archive")
    client.fill(f"/staff/questions/{food}", {"label": "Meals"})

    client.fill(f"/staff/registrations/{registration_id}/answers", {f"q{food}": "Beans"})

    assert answers_of([registration_id]) == {registration_id: {food: "Beans", shirt: "Large"}}
    assert len(stored_answers(session)[0]) == 2
    given = answers_of([registration_id])
    assert [one.label for one in shown_columns(columns(session.id), given)] == ["Meals", "Shirt"]
    assert [one.label for one in shown_columns(columns(session.id), {})] == ["Meals"]


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_files_have_a_column_for_each_question_in_the_newest_words(
    client: IsolatedClient, make: Make, ending: str
) -> None:
    session = make.training_session()
    ids = ask_each_kind(make, session, is_required=False)
    food = ids[QuestionKind.TEXT]
    register(client, session, {f"people-0-q{food}": "=1+1"})
    client.sign_in(make.coordinator())
    client.fill(f"/staff/questions/{food}", {"label": "=Meals"})
    register(
        client,
        session,
        {**good_answers(ids, "people-0-"), "people-0-name": "Bo", "people-0-email": "b@x.example"},
    )

    token = values_of(client.page(f"/staff/sessions/{session.id}").form("/sign-out"))
    answer = client.post(f"/staff/sessions/{session.id}/roster.{ending}", data=token)

    assert answer.status_code == 200
    if ending == "xlsx":
        assert b"<f>" not in answer.data
        return
    rows = list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))
    found = {row["Name"]: row for row in rows}
    [meals] = [name for name in rows[0] if name.endswith("=Meals")]
    assert meals != "=Meals"
    assert found["Ana"][meals] != "=1+1"
    assert found["Ana"][meals].endswith("=1+1")
    assert found["Bo"][meals] == "No nuts"
    assert (found["Bo"]["Years of practice"], found["Bo"]["Last training"]) == ("2.5", "1999-12-31")
    assert found["Bo"]["I may be photographed"] == "Yes"


def test_a_copy_asks_the_same_in_versions_of_its_own(client: IsolatedClient, make: Make) -> None:
    course = make.course()
    session = make.training_session(course_id=course.id)
    make.question("By the course", course_id=course.id)
    ids = ask_each_kind(make, session)
    client.sign_in(make.coordinator())
    client.fill(
        f"/staff/sessions/{session.id}/questions",
        action=f"/questions/{ids[QuestionKind.DATE]}/archive",
    )

    copied = client.fill(f"/staff/sessions/{session.id}/duplicate")
    match = re.search(r"/staff/sessions/(\d+)", copied.location)
    assert match is not None
    mine, theirs = questions_of(session.id), questions_of(int(match[1]))

    assert [one.plan for one in theirs] == [one.plan for one in mine]
    assert {one.question_id for one in theirs} & {one.question_id for one in mine} == {
        mine[0].question_id
    }
    with transaction():
        other = make_plain(session.id)
    assert other == 4


def make_plain(from_id: int) -> int:
    """Copy into the session itself: what is counted is what is asked by itself."""
    return sessions.copy_questions(from_id, from_id, now=NOW)


def test_what_is_asked_nowhere_is_missing(client: IsolatedClient, make: Make) -> None:
    client.sign_in(make.coordinator())
    missing = client.get("/staff/questions/999")
    page = client.get("/staff/sessions/999/questions")

    assert missing.status_code == page.status_code == 404
    for path in ("/staff/courses/999/questions", "/staff/registrations/999/answers"):
        assert client.get(path).data == page.data
