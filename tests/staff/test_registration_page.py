"""One registration as staff see it: notes for colleagues, corrections, what happened."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
import sqlalchemy as sa

from tests.clients import IsolatedClient
from tests.factories import Make
from tests.times import DAY, NOW
from training.accounts.models import Account
from training.audit.models import AuditEntry
from training.db import db, transaction
from training.registrations import seats
from training.registrations.models import Note, Registration
from training.registrations.values import CancelledBecause, Claim, Participant

Counted = Callable[[], AbstractContextManager[list[str]]]
SECRET = "Needs the ramp at the back door"


@pytest.fixture
def mina(make: Make) -> Account:
    """A coordinator."""
    return make.coordinator(name="Mina", email="mina@example.org")


@pytest.fixture
def staff(client: IsolatedClient, mina: Account) -> IsolatedClient:
    """The coordinator's browser."""
    client.sign_in(mina)
    return client


def page_of(registration: Registration) -> str:
    return f"/staff/registrations/{registration.id}"


def notes() -> list[str]:
    db.session.rollback()
    return list(db.session.scalars(sa.select(Note.text).order_by(Note.id)))


def test_a_note_is_read_by_staff_only_and_removed_by_who_wrote_it(
    staff: IsolatedClient, make: Make, mina: Account
) -> None:
    trainer = make.trainer()
    session = make.training_session(trainer_ids=(trainer.person_id,))
    ana = make.registration(session, name="Ana", email="ana@example.org")
    number, path = session.id, page_of(ana)

    written = staff.fill(path, {"text": f"{SECRET}\r\n<b>bold</b>"}, action="#notes")
    assert (written.status_code, written.headers["Location"]) == (303, f"{path}#notes")
    page = staff.page(path).text()
    assert SECRET in page
    assert "Mina wrote a note about Ana." in page
    assert "&lt;b&gt;bold" in staff.get(path).text
    assert "1 note about Ana" in staff.page(f"/staff/sessions/{number}").text()
    note_id = db.session.scalars(sa.select(Note.id).order_by(Note.id)).one()
    entry = db.session.execute(
        sa.select(AuditEntry.subject_id, AuditEntry.before, AuditEntry.after)
        .where(AuditEntry.action == "registration.add_note")
        .order_by(AuditEntry.id)
    ).one()
    assert tuple(entry) == (ana.id, None, {"changed": ["note"]})

    for wrong in ("", " \u200b ", "x" * 2001, "bell \x07"):
        refused = staff.fill(path, {"text": wrong}, action="#notes")
        assert refused.status_code == 422, wrong
        assert 'id="text-error"' in refused.text

    token = staff.get(path).text.partition('name="csrf_token" type="hidden" value="')[2]
    remove = {"remove": str(note_id), "csrf_token": token.partition('"')[0]}
    other = make.registration(session)
    assert staff.post(f"{page_of(other)}/notes", data=remove).status_code == 404
    assert staff.post(f"{path}/notes", data={**remove, "remove": "²"}).status_code == 404
    staff.sign_in(make.coordinator())
    assert staff.post(f"{path}/notes", data=remove).status_code == 404
    assert "Remove this note" not in staff.get(path).text
    staff.sign_in(trainer)
    assert staff.get(path).status_code == 403
    assert SECRET not in staff.get(f"/trainer/sessions/{number}").text
    staff.sign_in(mina)
    assert len(notes()) == 1
    assert staff.post(f"{path}/notes", data=remove).status_code == 303
    assert notes() == []
    assert "Mina removed a note about Ana." in staff.page(path).text()
    gone = staff.post("/staff/registrations/999999/notes", data={**remove, "text": "x"})
    assert gone.status_code == 404


def test_notes_stand_in_a_file_only_if_somebody_says_so(staff: IsolatedClient, make: Make) -> None:
    """FILE-01: and as text, whatever they begin with."""
    session = make.training_session()
    number = session.id
    ana = make.registration(session, name="Ana", email="ana@example.org")
    make.registration(session, name="Bo", email="bo@example.org")
    formula = '=HYPERLINK("https://example.org")'
    assert staff.fill(page_of(ana), {"text": formula}, action="#notes").status_code == 303
    path = f"/staff/sessions/{number}?note=1&column=email"

    without = staff.fill(path, action="column=email").text
    with_notes = staff.fill(path, {"notes": "1"}, action="column=email").text

    assert without.splitlines() == [
        '\ufeff"Name","E-mail","Status"',
        '"Ana","ana@example.org","Confirmed"',
    ]
    assert with_notes.splitlines() == [
        '\ufeff"Name","E-mail","Status","Notes"',
        '''"Ana","ana@example.org","Confirmed","'=HYPERLINK(""https://example.org"")"''',
    ]


def test_a_name_is_corrected_for_this_session_only(staff: IsolatedClient, make: Make) -> None:
    ana = make.registration(name="Anna", email="ana@example.org")
    path = page_of(ana)

    assert staff.fill(path, {"name": " "}, action="/name").status_code == 422
    done = staff.fill(path, {"name": "Ana"}, action="/name")

    assert (done.status_code, done.headers["Location"]) == (303, path)
    page = staff.page(path)
    assert "Mina corrected the name of Ana." in page.text()
    assert "Everything about this person Anna" in page.text()
    hrefs = {link.get("href") for link in page.root.iter("a")}
    assert {
        f"{path}/swap",
        f"{path}/cancel",
        f"{path}/organization",
        f"/staff/sessions/{ana.training_session_id}/move?people={ana.id}",
        f"/staff/people/{ana.person_id}/edit",
        f"/staff/people/{ana.person_id}",
    } <= hrefs


def test_what_came_before_and_after_is_a_click_away(
    staff: IsolatedClient, make: Make, mina: Account
) -> None:
    aid = make.organization("Aid")
    session = make.training_session()
    ana = make.registration(session, name="Ana", organization_id=aid.id, claim=Claim.STAFF)
    with transaction():
        new_id = seats.swap(
            ana.id,
            Participant(name="Bo", email="bo@example.org"),
            actor_id=mina.person_id,
            because=CancelledBecause.STAFF,
            now=NOW,
        )

    old, new = staff.page(page_of(ana)), staff.page(f"/staff/registrations/{new_id}")

    assert "Somebody else comes instead: Bo" in old.text()
    assert "Mina gave the seat of Ana to somebody else." in old.text()
    assert "What can be done" not in old.text()
    assert "Came in the place of: Ana" in new.text()
    assert "Bo was registered instead of Ana." in new.text()
    assert "Seat confirmed" in new.text()
    assert "Somebody else comes instead" in old.text()


def test_the_page_takes_few_statements_whatever_happened(
    staff: IsolatedClient, make: Make, statements: Counted
) -> None:
    session = make.training_session(starts_at=NOW + DAY)
    ana = make.registration(session, name="Ana")
    counted = []
    for texts in (0, 3, 20):
        with transaction():
            for one in range(texts):
                db.session.add(Note(registration_id=ana.id, text=f"N{one}", written_at=NOW))
        with statements() as sent:
            assert staff.get(page_of(ana)).status_code == 200
        counted.append(len(sent))

    assert counted == [12, 12, 12]
    assert staff.get("/staff/registrations/999999").status_code == 404
