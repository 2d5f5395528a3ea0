"""What people see of somebody who trains: they say so themselves, or staff do who asked them."""

import sqlalchemy as sa

from tests.clients import IsolatedClient, Page, values_of
from tests.factories import Make
from training.audit.models import AuditEntry
from training.db import db
from training.sessions.models import TrainerProfile

OWN = "/account/public"


def stored() -> list[tuple[str, bool]]:
    db.session.expire_all()
    found = db.session.execute(
        sa.select(TrainerProfile.about, TrainerProfile.is_public).order_by(TrainerProfile.person_id)
    )
    return [(about, is_public) for about, is_public in found]


def told() -> list[tuple[str, int | None, int | None, object, object]]:
    found = db.session.scalars(
        sa.select(AuditEntry)
        .where(AuditEntry.action == "person.revise_profile")
        .order_by(AuditEntry.id)
    )
    return [
        (one.subject_kind, one.subject_id, one.actor_id, one.before, one.after) for one in found
    ]


def test_trainer_agrees_sees_it_first_and_takes_it_back(client: IsolatedClient, make: Make) -> None:
    trainer = make.trainer(name="Asha <b>")
    session = make.training_session(trainer_ids=(trainer.person_id,))
    session_path = f"/sessions/{session.id}"
    client.sign_in(trainer)

    page = client.page(OWN)
    assert "Nothing: no name, and no words." in page.text()
    typed = {"is_public": "y", "about": "Moderates.\n\n<b>Listens</b>."}
    values = {**values_of(page.form()), **typed}
    preview = client.post(OWN, data={**values, "preview": "1"})
    assert preview.status_code == 200
    assert "Asha <b> Moderates. <b>Listens</b>." in Page(preview.text).text()
    assert stored() == []
    saved = client.post(OWN, data=values_of(Page(preview.text).form()))
    assert (saved.status_code, saved.location) == (303, OWN)
    assert stored() == [("Moderates.\n\n<b>Listens</b>.", True)]
    shown = client.get(session_path, follow_redirects=True)
    assert "Asha <b> Moderates. <b>Listens</b>." in Page(shown.text).text()
    assert "Asha &lt;b&gt;" in shown.text

    form = values_of(client.page(OWN).form())
    del form["is_public"]
    assert client.post(OWN, data=form).status_code == 303
    assert "Asha" not in client.get(session_path, follow_redirects=True).text
    assert client.post(OWN, data=values_of(client.page(OWN).form())).status_code == 303
    who = ("person", trainer.person_id, trainer.person_id)
    assert told() == [
        (*who, {"is_public": False}, {"is_public": True, "changed": ["about"]}),
        (*who, {"is_public": True}, {"is_public": False, "changed": []}),
    ]


def test_staff_say_it_for_a_trainer_who_agreed(client: IsolatedClient, make: Make) -> None:
    trainer, staff = make.trainer(name="Asha"), make.coordinator()
    make.training_session(trainer_ids=(trainer.person_id,))
    client.sign_in(staff)
    path = f"/staff/people/{trainer.person_id}/public"
    person = client.page(f"/staff/people/{trainer.person_id}")
    assert path in {link.get("href") for link in person.root.iter("a")}

    page = client.page(path)
    assert "What people see of Asha" in page.text()
    theirs = {**values_of(page.form()), "is_public": "y", "about": "Knows much."}
    # Meanwhile Asha writes something herself.
    make.profile(trainer.person_id, "Knows a little.")
    late = client.post(path, data=theirs)
    assert late.status_code == 409
    words = Page(late.text).text()
    assert "Somebody else changed this" in words
    assert "Knows a little." in words
    assert stored() == [("Knows a little.", True)]
    assert client.post(path, data=values_of(Page(late.text).form())).status_code == 303
    assert stored() == [("Knows much.", True)]
    assert told()[-1][2] == staff.person_id
    assert client.get("/staff/people/9999/public").status_code == 404


def test_what_cannot_be_stored_is_shown_again(client: IsolatedClient, make: Make) -> None:
    """INP-01, INP-05."""
    client.sign_in(make.trainer())
    form = values_of(client.page(OWN).form())

    for about in ("a" * 1001, "a\x1fb", "a\x1eb", "a\x00b"):
        answer = client.post(OWN, data={**form, "is_public": "y", "about": about})
        assert answer.status_code == 422, about[:5]
        Page(answer.text)
    assert stored() == []
