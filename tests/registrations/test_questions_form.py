"""The questions of a session in the forms that register people."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest

from tests.clients import IsolatedClient, Page, values_of
from tests.factories import Make
from tests.registrations.questioning import (
    as_stored,
    ask_each_kind,
    good_answers,
    stored_answers,
    versions_of,
)
from tests.times import DAY, NOW
from training.db import transaction
from training.sessions import service as sessions
from training.sessions.question_queries import get_question
from training.sessions.question_values import QuestionPlan, fingerprint
from training.sessions.values import QuestionKind

Statements = Callable[[], AbstractContextManager[list[str]]]
ANA = {"people-0-name": "Ana", "people-0-email": "ana@example.org", "consent": "y"}
BO = {"people-1-name": "Bo", "people-1-email": "bo@example.org"}


def path_of(training_session: Any) -> str:
    return f"/sessions/{training_session.id}/register"


def test_each_kind_is_asked_answered_and_stored_by_its_version(
    client: IsolatedClient, make: Make, statements: Statements
) -> None:
    course = make.course()
    session = make.training_session(course_id=course.id)
    of_course = make.question("First, by the course", course_id=course.id)
    ids = ask_each_kind(make, session)

    with statements() as sent:
        page = client.page(path_of(session))
    answer = client.fill(
        path_of(session),
        {**ANA, **good_answers(ids, "people-0-"), f"people-0-q{of_course}": "Indeed"},
    )

    assert len(sent) == 3
    assert page.text().index("First, by the course") < page.text().index("What do you eat?")
    assert answer.status_code == 303
    [version] = versions_of(of_course)
    assert stored_answers(session) == [{**as_stored(ids), str(version.id): "Indeed"}]


def test_a_session_that_asks_nothing_costs_nothing_more(
    client: IsolatedClient, make: Make, statements: Statements
) -> None:
    make.question(training_session_id=make.training_session().id)
    session = make.training_session()

    with statements() as sent:
        page = client.page(path_of(session))
    with statements() as of_post:
        answer = client.fill(path_of(session), ANA)

    assert len(sent) == 2
    assert 'name="questions"' not in client.get(path_of(session)).text
    assert "What do you eat?" not in page.text()
    assert answer.status_code == 303
    assert sum("question" in one and "FROM question" in one for one in of_post) <= 3  # EXISTS only


#: Kind → what is typed → what is said of it.
WRONG = [
    (QuestionKind.TEXT, "", "needs an answer"),
    (QuestionKind.TEXT, "x" * 10_000, "longer than 500"),
    (QuestionKind.TEXT, "a\x00b", "cannot be stored"),
    (QuestionKind.CHOICE, "", "needs an answer"),
    (QuestionKind.CHOICE, "Huge", "choose one of the answers"),
    (QuestionKind.NUMBER, "", "needs an answer"),
    (QuestionKind.NUMBER, "many", "type a number"),
    (QuestionKind.NUMBER, "1" * 16, "type a number"),
    (QuestionKind.NUMBER, "1e9", "type a number"),
    (QuestionKind.NUMBER, "٣", "type a number"),
    (QuestionKind.DATE, "", "needs an answer"),
    (QuestionKind.DATE, "2027-02-30", "type a day"),
    (QuestionKind.DATE, "30.06.2027", "type a day"),
    (QuestionKind.CONSENT, None, "has to be ticked"),
]


def test_a_wrong_or_missing_answer_is_said_at_its_field_and_all_that_was_typed_is_kept(
    client: IsolatedClient, make: Make
) -> None:
    session = make.training_session()
    ids = ask_each_kind(make, session)
    said = []

    for kind, typed, words in WRONG:
        name = f"people-0-q{ids[kind]}"
        answer = client.fill(
            path_of(session), {**ANA, **good_answers(ids, "people-0-"), name: typed}
        )
        said.append((answer.status_code, words in answer.text, f'href="#{name}"' in answer.text))
        assert "No nuts" in answer.text or kind is QuestionKind.TEXT

    assert said == [(422, True, True)] * len(WRONG)
    assert stored_answers(session) == []


def test_what_may_be_left_open_is_and_nothing_is_stored_of_it(
    client: IsolatedClient, make: Make
) -> None:
    session = make.training_session()
    ids = ask_each_kind(make, session, is_required=False)

    answer = client.fill(path_of(session), ANA)
    assert answer.status_code == 303
    client.fill(
        path_of(session),
        {**ANA, "people-0-email": "b@example.org", f"people-0-q{ids[QuestionKind.NUMBER]}": "-0"},
    )

    [version] = versions_of(ids[QuestionKind.NUMBER])
    assert stored_answers(session) == [{}, {str(version.id): "0"}]


def test_each_person_of_a_group_answers_with_rows_added_and_removed_by_buttons(
    client: IsolatedClient, make: Make
) -> None:
    session = make.training_session()
    food = make.question("Food", training_session_id=session.id, is_required=True)
    client.page(path_of(session))

    added = client.fill(path_of(session), {**ANA, f"people-0-q{food}": "Rice", "add": "1"})
    assert added.status_code == 200
    assert 'value="Rice"' in added.text
    assert f'name="people-1-q{food}"' in added.text
    answer = client.fill(
        path_of(session),
        {**ANA, **BO, f"people-0-q{food}": "Rice", f"people-1-q{food}": "Beans"},
    )

    assert answer.status_code == 303
    [version] = versions_of(food)
    assert stored_answers(session) == [{str(version.id): "Rice"}, {str(version.id): "Beans"}]


def test_questions_that_may_be_left_open_are_folded_away_in_the_rows_of_a_group(
    client: IsolatedClient, make: Make
) -> None:
    session = make.training_session()
    make.question("Needed", training_session_id=session.id, is_required=True)
    make.question("Extra", training_session_id=session.id)

    [first, blank] = [
        [element.tag for element in row.iter() if element.tag == "details"]
        for row in client.page(path_of(session)).root.iter("fieldset")
        if "person" in (row.get("class") or "")
    ]

    assert (first, blank) == ([], ["details"])


@pytest.mark.parametrize("is_answered", [False, True])
def test_a_question_that_changed_meanwhile_is_shown_anew_and_what_was_typed_is_kept(
    client: IsolatedClient, make: Make, *, is_answered: bool
) -> None:
    session = make.training_session()
    ids = ask_each_kind(make, session)
    if is_answered:
        client.fill(path_of(session), {**ANA, **good_answers(ids, "people-0-")})
    before = len(stored_answers(session))
    page = client.page(path_of(session))
    shown = next(
        element.get("value")
        for element in page.root.iter("input")
        if element.get("name") == "questions"
    )
    client.sign_in(make.coordinator())
    food = ids[QuestionKind.TEXT]
    client.fill(f"/staff/questions/{food}", {"label": "What must you not eat?"})

    late = client.fill(
        path_of(session),
        {
            **ANA,
            "people-0-email": "late@example.org",
            **good_answers(ids, "people-0-"),
            "questions": shown,
        },
    )
    stored = stored_answers(session)
    again = client.post(path_of(session), data=_sent_again(late.text))

    assert late.status_code == 409
    assert "The questions of this session were changed" in late.text
    assert "What must you not eat?" in late.text
    assert "No nuts" in late.text
    assert len(stored) == before
    assert again.status_code == 303
    assert len(versions_of(food)) == (2 if is_answered else 1)
    assert stored_answers(session)[-1] == as_stored(ids)


def _sent_again(html: str) -> dict[str, list[str]]:
    """Return what a browser sends of a page that was answered, as it stands."""
    return values_of(Page(html).form("/register"))


def test_a_form_opened_before_anything_was_asked_is_answered_with_the_question(
    client: IsolatedClient, make: Make
) -> None:
    session = make.training_session()
    path = path_of(session)
    values = values_of(client.page(path).form("/register"))
    food = make.question("Food", training_session_id=session.id, is_required=True)

    late = client.post(path, data={**values, **ANA})
    again = _sent_again(late.text)
    done = client.post(path, data={**again, f"people-0-q{food}": "Rice"})

    assert late.status_code == 409
    assert 'value="ana@example.org"' in late.text
    assert f'name="people-0-q{food}"' in late.text
    assert done.status_code == 303
    assert [list(one.values()) for one in stored_answers(session)] == [["Rice"]]


def test_names_and_ids_that_no_form_of_ours_sends_change_nothing(
    client: IsolatedClient, make: Make
) -> None:
    other, session = make.training_session(), make.training_session()
    foreign = make.question("Elsewhere", training_session_id=other.id)
    food = make.question("Food", training_session_id=session.id)

    answer = client.fill(
        path_of(session),
        {
            **ANA,
            f"people-0-q{food}": ["Rice", "Beans"],
            f"people-0-q{foreign}": "Planted",
            "people-0-q999999": "Planted",
            "people-0-q²": "Planted",
            f"people-7-q{food}": "",
            "q1": "Planted",
        },
    )
    refused = client.fill(
        path_of(session), {**ANA, "people-0-email": "c@example.org", "questions": "f" * 32}
    )

    # The seventh row is a person without a name, as it ever was.
    assert answer.status_code == 422
    assert refused.status_code == 409
    assert stored_answers(session) == []
    done = client.fill(
        path_of(session),
        {**ANA, f"people-0-q{food}": ["Rice", "Beans"], f"people-0-q{foreign}": "Planted"},
    )
    assert done.status_code == 303
    assert [list(one.values()) for one in stored_answers(session)] == [["Rice"]]


def test_the_same_form_sent_twice_registers_once_and_with_other_answers_is_refused(
    client: IsolatedClient, make: Make
) -> None:
    session = make.training_session()
    food = make.question("Food", training_session_id=session.id)
    values = {**values_of(client.page(path_of(session)).form("/register")), **ANA}

    first = client.post(path_of(session), data={**values, f"people-0-q{food}": "Rice"})
    second = client.post(path_of(session), data={**values, f"people-0-q{food}": "Rice"})
    other = client.post(path_of(session), data={**values, f"people-0-q{food}": "Beans"})

    assert (first.status_code, second.status_code, other.status_code) == (303, 303, 422)
    assert first.location == second.location
    assert len(stored_answers(session)) == 1


def test_questions_are_read_only_where_they_are_asked(
    client: IsolatedClient, make: Make, statements: Statements
) -> None:
    asking, plain = make.training_session(), make.training_session()
    make.question(training_session_id=asking.id)
    counted = []

    for number, session in enumerate((asking, plain)):
        fields = {**ANA, "people-0-email": f"new{number}@example.org"}
        client.page(path_of(session))
        with statements() as sent:
            answer = client.fill(path_of(session), fields)
        assert answer.status_code == 303
        counted.append(sum("FROM question JOIN" in one for one in sent))

    # The page shows them, the form is made of them, and they are read again under the lock.
    assert counted == [3, 0]


def test_staff_may_leave_open_what_they_do_not_know(client: IsolatedClient, make: Make) -> None:
    session = make.training_session()
    ids = ask_each_kind(make, session)
    client.sign_in(make.coordinator())
    path = f"/staff/sessions/{session.id}/people/add"

    answer = client.fill(
        path, {"people-0-name": "Ana", f"people-0-q{ids[QuestionKind.NUMBER]}": "7"}
    )
    wrong = client.fill(
        path, {"people-0-name": "Bo", f"people-0-q{ids[QuestionKind.NUMBER]}": "seven"}
    )
    late = client.fill(path, {"people-0-name": "Bo", "questions": ""})

    [version] = versions_of(ids[QuestionKind.NUMBER])
    assert (answer.status_code, wrong.status_code, late.status_code) == (303, 422, 409)
    assert stored_answers(session) == [{str(version.id): "7"}]


def test_a_representative_answers_for_members_and_newcomers(
    client: IsolatedClient, make: Make
) -> None:
    organization = make.organization()
    client.sign_in(make.representative(organization))
    ana, bo = make.person("Ana"), make.person("Bo", email="bo@example.org")
    for person in (ana, bo):
        make.member(organization, person)
    session = make.training_session(starts_at=NOW + 2 * DAY)
    food = make.question("Food", training_session_id=session.id, is_required=True)
    path = f"/organization/{organization.slug}/sessions/{session.id}/register"
    chosen = {"members": [str(ana.id), str(bo.id)], "consent": "y"}

    asked = client.fill(path, {**chosen, "people-0-name": "Cy", f"people-0-q{food}": "Rice"})
    values = values_of(Page(asked.text).form("/register"))
    missing = client.post(path, data={**values, f"member_{ana.id}-q{food}": "Beans"})
    done = client.post(
        path,
        data={**values, f"member_{ana.id}-q{food}": "Beans", f"member_{bo.id}-q{food}": "Corn"},
    )

    assert asked.status_code == 422
    assert "they stand below" in asked.text
    assert "needs an answer" not in asked.text
    assert missing.status_code == 422
    assert "Bo (bo@example.org): “Food” needs an answer." in missing.text
    assert done.status_code == 303
    [version] = versions_of(food)
    key = str(version.id)
    assert stored_answers(session) == [{key: "Beans"}, {key: "Corn"}, {key: "Rice"}]


def test_an_empty_row_of_a_representative_is_nobody_and_answers_alone_need_a_name(
    client: IsolatedClient, make: Make
) -> None:
    organization = make.organization()
    client.sign_in(make.representative(organization))
    session = make.training_session(starts_at=NOW + 2 * DAY)
    food = make.question("Food", training_session_id=session.id, is_required=True)
    path = f"/organization/{organization.slug}/sessions/{session.id}/register"

    nobody = client.fill(path, {"consent": "y"})
    nameless = client.fill(path, {"consent": "y", f"people-0-q{food}": "Rice"})

    assert nobody.status_code == nameless.status_code == 422
    assert "Choose somebody of your people, or type a name." in nobody.text
    assert "needs an answer" not in nobody.text
    assert "Type the name of this person." in nameless.text


def test_what_is_sent_to_be_compared_changes_with_every_part_of_a_question(make: Make) -> None:
    session = make.training_session()
    id_ = make.question("Food", training_session_id=session.id)
    seen = set()

    for fields in (
        {"label": "Drink"},
        {"help": "Any"},
        {"is_required": True},
        {"kind": QuestionKind.CHOICE, "choices": ("A", "B")},
        {"kind": QuestionKind.CHOICE, "choices": ("A", "C")},
    ):
        shown = fingerprint([get_question(id_).asked])
        seen.add(shown)
        values: dict[str, Any] = {"kind": QuestionKind.TEXT, "label": "Food", **fields}
        with transaction():
            sessions.revise_question(
                sessions.lock_question(id_),
                QuestionPlan(**values),
                shown=shown,
                is_answered=False,
                actor_id=None,
                now=NOW,
            )

    assert len(seen) == 5
