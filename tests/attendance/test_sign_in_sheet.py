"""The sheet that people sign: who is expected, in the order of a list, and room for others."""

from xml.etree import ElementTree as ET

from tests.clients import IsolatedClient, Page
from tests.factories import Make
from tests.times import DAY, NOW
from training.db import transaction
from training.registrations import seats
from training.registrations.values import CancelledBecause, Claim
from training.sessions.values import SessionStatus


def lines(page: Page) -> list[list[list[str]]]:
    """Return the lines of each sheet."""

    def cells(row: ET.Element) -> list[str]:
        return [" ".join("".join(cell.itertext()).split()) for cell in row]

    return [
        [cells(row) for row in table.findall("tbody/tr")]
        for table in page.root.iter("table")
        if table.get("class") == "paper-table"
    ]


def test_each_meeting_has_a_sheet_with_names_in_order_and_empty_lines(
    client: IsolatedClient, make: Make
) -> None:
    aid, trainer = make.organization("Aid"), make.trainer()
    session = make.training_session(
        title="Écoute",
        capacity=3,
        trainer_ids=(trainer.person_id,),
        meetings=(
            make.meeting_plan(NOW + DAY, venue="Town hall", room="4"),
            make.meeting_plan(NOW + 2 * DAY),
        ),
    )
    make.registration(session, name="Zoë", email="zoe@example.org")
    make.registration(session, name="<b>Éva", organization_id=aid.id, claim=Claim.STAFF)
    gone = make.registration(session, name="Gone")
    with transaction():
        seats.cancel(gone.id, because=CancelledBecause.STAFF, actor_id=None, now=NOW)
    make.registration(session, name="ada")
    make.registration(session, name="Waits")
    number = session.id

    expected = [
        ["1", "<b>Éva", aid.name, ""],
        ["2", "ada", "", ""],
        ["3", "Zoë", "", ""],
    ]
    for account, path in (
        (make.coordinator(), f"/staff/sessions/{number}/sign-in-sheet"),
        (trainer, f"/trainer/sessions/{number}/sign-in-sheet"),
    ):
        client.sign_in(account)
        short = client.page(f"{path}?blank=0")
        assert lines(short) == [expected, expected]
        whole = client.page(path)
        assert [len(sheet) for sheet in lines(whole)] == [3 + 8, 3 + 8]
        assert lines(whole)[0][-1] == ["11", "", "", ""]
        assert "4, Town hall · 3 people expected" in whole.text()
        assert "Meeting 2 of 2" in whole.text()
        assert "example.org" not in client.get(path).text
        assert len(lines(client.page(f"{path}?blank=99999"))[0]) == 3 + 8


def test_it_is_for_staff_and_the_trainers_of_the_session(
    client: IsolatedClient, make: Make
) -> None:
    session = make.training_session(status=SessionStatus.CANCELLED)
    number = session.id
    client.sign_in(make.trainer())

    assert client.get(f"/trainer/sessions/{number}/sign-in-sheet").status_code == 404
    assert client.get(f"/staff/sessions/{number}/sign-in-sheet").status_code == 403
    client.sign_in(make.coordinator())
    missing = client.get("/staff/sessions/999999/sign-in-sheet")
    assert missing.status_code == 404
