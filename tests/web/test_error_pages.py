"""What is said when something did not work, and where it leads from there."""

import pytest

from tests.clients import IsolatedClient, Page
from tests.factories import Make
from training.sessions.values import SessionStatus


def _ways(page: Page) -> list[tuple[str, str]]:
    (row,) = page.root.findall(".//main//p[@class='row']")
    return [(" ".join(link.itertext()), str(link.get("href"))) for link in row.iter("a")]


def test_a_form_without_its_token_says_what_helps(client: IsolatedClient, make: Make) -> None:
    number = make.training_session(title="Basics").id

    response = client.post(f"/sessions/{number}/register", data={"csrf_token": "another"})

    assert response.status_code == 400
    assert (
        "This page was open for too long, or your browser blocks cookies of this site. "
        "Go back and send it again; if that does not help, reload the page or allow cookies."
    ) in Page(response.text).text()


def test_a_cancelled_session_leads_back_to_the_schedule(client: IsolatedClient, make: Make) -> None:
    client.sign_in(make.coordinator())
    number = make.training_session(status=SessionStatus.CANCELLED).id

    for act in ("edit", "cancel"):
        page = client.page(f"/staff/sessions/{number}/{act}", status=409)
        assert _ways(page) == [("Back to the schedule", "/staff/schedule/")]


@pytest.mark.parametrize(
    ("path", "status", "way"),
    [
        ("/nowhere", 404, ("See what’s on", "/sessions/")),
        ("/trainer/meetings/999999", 404, ("Back to the sessions", "/trainer/")),
        ("/staff/nowhere", 404, ("Back to the schedule", "/staff/schedule/")),
        # The schedule is just as closed to a trainer.
        ("/staff/schedule/", 403, ("Account", "/account/")),
    ],
)
def test_an_error_leads_where_one_came_from(
    client: IsolatedClient, make: Make, path: str, status: int, way: tuple[str, str]
) -> None:
    client.sign_in(make.trainer())

    assert _ways(client.page(path, status=status)) == [way]
