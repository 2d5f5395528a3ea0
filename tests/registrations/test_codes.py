"""Invitations: a code vouches for its organization, opens what is by invitation, and ends."""

import logging
import re
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.apps import HOST
from tests.architecture.world import rows_of_everything
from tests.clients import IsolatedClient, values_of
from tests.factories import Make
from tests.registrations.links import manage_path
from tests.times import DAY, HOUR, NOW
from training.audit.models import AuditEntry
from training.checks.service import audit
from training.db import db, transaction
from training.errors import NotFoundError
from training.notifications.models import Message
from training.organizations.models import Organization
from training.organizations.values import OrganizationStatus
from training.registrations import code_service, seats, service
from training.registrations.code_queries import hash_of
from training.registrations.errors import CodeEndedError, CodeSpentError
from training.registrations.models import InvitationCode, Registration
from training.registrations.seats import Group
from training.registrations.values import CancelledBecause, Claim, Participant
from training.registrations.views.coming_by_code import WRONG_CODES
from training.sessions.models import TrainingSession
from training.sessions.values import Audience, HoldPlan, SessionStatus

Statements = Callable[[], AbstractContextManager[list[str]]]
NOBODYS = "A" * 43


def rows_in(session_id: int) -> list[tuple[str, str, str, int | None, int | None]]:
    found = db.session.execute(
        sa.select(
            Registration.name,
            Registration.status,
            Registration.claim,
            Registration.organization_id,
            Registration.code_id,
        )
        .where(Registration.training_session_id == session_id)
        .order_by(Registration.ticket)
    )
    return [(row[0], str(row[1]), str(row[2]), row[3], row[4]) for row in found]


def typed(*names: str) -> dict[str, str]:
    """Return what people type into the form."""
    fields = {"consent": "y"}
    for index, name in enumerate(names):
        fields[f"people-{index}-name"] = name
        fields[f"people-{index}-email"] = f"{name.lower()}@example.org"
    return fields


def suspend(organization: Organization) -> None:
    with transaction():
        db.session.get_one(Organization, organization.id).status = OrganizationStatus.SUSPENDED


def revoke(code_id: int) -> None:
    with transaction():
        organization_id = db.session.get_one(InvitationCode, code_id).organization_id
        code_service.revoke_code(code_id, organization_id, actor_id=None, now=NOW)


def bad_codes(make: Make, session_id: int) -> dict[str, str]:
    """Return codes that are not good for a session, each for another reason."""
    running, resting = make.organization(), make.organization()
    other = make.training_session(title="Other", audience=Audience.INVITED)
    other_id = other.id
    revoked, of_revoked = make.made_code(running, training_session_id=session_id)
    revoke(revoked.id)
    expired = make.made_code(running, training_session_id=session_id, expires_at=NOW - HOUR)
    of_resting = make.made_code(resting, training_session_id=session_id)
    suspend(resting)
    return {
        "none": "",
        "made up": NOBODYS,
        "no code at all": "'; --",
        "revoked": of_revoked,
        "expired": expired[1],
        "of an organization that rests": of_resting[1],
        "of another session": make.made_code(running, training_session_id=other_id)[1],
        "of another campaign": make.made_code(running, campaign_id=make.campaign().id)[1],
        # It says "all that the organization may see": this one it may not.
        "of everything": make.made_code(running)[1],
    }


def test_a_session_by_invitation_is_missing_without_a_good_code(
    client: IsolatedClient, make: Make
) -> None:
    """DESIGN 8: 404, byte for byte like a session that is not there; GET and POST alike."""
    session = make.training_session(title="Quiet circle", audience=Audience.INVITED)
    session_id = session.id
    missing = client.get("/sessions/999999")
    wrong = []

    for why, code in bad_codes(make, session_id).items():
        for path in (f"/sessions/{session_id}", f"/sessions/{session_id}-quiet-circle"):
            for suffix in ("", "/register"):
                if suffix and path.endswith("circle"):
                    continue
                response = client.get(f"{path}{suffix}", query_string={"code": code})
                if (response.status_code, response.data) != (404, missing.data):
                    wrong.append(f"{why} {path}{suffix}: {response.status_code}")
        client.application.config["WTF_CSRF_ENABLED"] = False
        response = client.post(
            f"/sessions/{session_id}/register",
            data={**typed("Ada"), "key": "k" * 43, "code": code},
        )
        if (response.status_code, response.data) != (404, missing.data):
            wrong.append(f"{why} POST: {response.status_code}")
        client.application.config["WTF_CSRF_ENABLED"] = True

    assert wrong == []
    assert rows_in(session_id) == []


def test_a_good_code_opens_a_session_by_invitation_as_a_personal_page(
    client: IsolatedClient, make: Make
) -> None:
    organization = make.organization()
    session = make.training_session(title="Quiet circle", audience=Audience.INVITED)
    session_id = session.id
    _row, code = make.made_code(organization, training_session_id=session.id)

    moved = client.get(f"/sessions/{session_id}?code={code}")
    response = client.get(f"/sessions/{session_id}-quiet-circle?code={code}")
    page = client.page(f"/sessions/{session_id}-quiet-circle?code={code}")

    assert moved.status_code == 308
    assert moved.headers["Location"].endswith(f"/sessions/{session_id}-quiet-circle?code={code}")
    assert response.headers["Cache-Control"] == "no-store"
    assert "ETag" not in response.headers
    assert response.headers["Referrer-Policy"] == "same-origin"
    assert '<meta name="robots" content="noindex">' in response.text
    assert f"Invited for {organization.name}" in page.text()
    assert f"/sessions/{session_id}/register?code={code}" in response.text
    assert f"/calendar/sessions/{session_id}" not in response.text
    client.page(f"/sessions/{session_id}-quiet-circle", status=404)


def test_who_comes_by_a_code_is_registered_for_its_organization(
    client: IsolatedClient, make: Make
) -> None:
    """The claim is "code"; the organization is the code's, whatever the form says."""
    ours, theirs = make.organization("Ours"), make.organization("Theirs")
    session = make.training_session(title="Quiet circle", audience=Audience.INVITED)
    session_id = session.id
    row, code = make.made_code(ours, training_session_id=session.id)
    path = f"/sessions/{session_id}/register?code={code}"

    page = client.page(path)
    refused = client.fill(path, {**typed("Ada"), "people-0-email": "not an address"})
    response = client.fill(path, {**typed("Ada"), "organization": theirs.slug})
    answer = client.page(response.headers["Location"])
    link_page = client.page(response.headers["Location"])

    assert f"Invited for {ours.name}" in page.text()
    assert "organization" not in values_of(page.form())
    assert refused.status_code == 422
    assert f'value="{code}"' in refused.text
    assert response.status_code == 303
    assert rows_in(session_id) == [("Ada", "confirmed", "code", ours.id, row.id)]
    assert "Ada" in answer.text()
    assert f"/sessions/{session_id}-" not in link_page.text()
    [note] = db.session.scalars(
        sa.select(AuditEntry.after)
        .where(AuditEntry.action == "registration.register")
        .order_by(AuditEntry.id)
    )
    assert code not in repr(note)


def test_the_manage_link_of_an_invited_session_works_without_the_code(
    client: IsolatedClient, make: Make
) -> None:
    session = make.training_session(title="Quiet circle", audience=Audience.INVITED)
    session_id = session.id
    _row, code = make.made_code(make.organization(), training_session_id=session.id)
    client.fill(f"/sessions/{session_id}/register?code={code}", typed("Ada"))
    registration = db.session.scalars(sa.select(Registration)).one()
    mails = db.session.scalars(sa.select(Message.kind).order_by(Message.id)).all()

    page = client.page(manage_path(registration))

    assert "Quiet circle" in page.text()
    assert mails == ["registration.confirmed"]


def test_a_code_lets_people_into_a_session_for_partners_and_uses_held_seats(
    client: IsolatedClient, make: Make
) -> None:
    """DESIGN 8: better than stated. Without it nobody registers there."""
    ours = make.organization()
    session = make.training_session(audience=Audience.PARTNERS, capacity=1)
    session_id = session.id
    with transaction():
        plan = HoldPlan(seats=1)
        seats.set_hold(session.id, ours.id, plan, expected=None, actor_id=None, now=NOW)
    _row, code = make.made_code(ours)
    path = f"/sessions/{session_id}/register"

    without = client.page(path)
    response = client.fill(f"{path}?code={code}", typed("Ada"))

    assert "people of partner organizations" in without.text()
    assert [form for form in without.forms() if "/register" in (form.get("action") or "")] == []
    assert response.status_code == 303
    assert [row[1:4] for row in rows_in(session_id)] == [("confirmed", "code", ours.id)]
    assert audit(now=NOW) == []


def test_a_wrong_code_on_a_listed_session_is_no_code(client: IsolatedClient, make: Make) -> None:
    session = make.training_session(title="Open", audience=Audience.PUBLIC)
    session_id = session.id
    plain = client.get(f"/sessions/{session_id}-open")

    response = client.get(f"/sessions/{session_id}-open?code={NOBODYS}")
    form = client.page(f"/sessions/{session_id}/register?code={NOBODYS}").form()

    assert response.data == plain.data
    assert response.headers["Cache-Control"] == "public, no-cache"
    assert values_of(form).get("code", [""]) == [""]


def test_a_code_that_ends_while_somebody_types_keeps_what_was_typed(
    client: IsolatedClient, make: Make
) -> None:
    session = make.training_session()
    session_id = session.id
    row, code = make.made_code(make.organization())
    code_id = row.id
    form = client.page(f"/sessions/{session_id}/register?code={code}").form()
    revoke(code_id)

    response = client.post(
        f"/sessions/{session_id}/register", data={**values_of(form), **typed("Ada")}
    )
    again = client.get(f"/sessions/{session_id}/register")

    assert response.status_code == 409
    assert "This invitation does not work any more" in response.text
    assert 'value="Ada"' in response.text
    assert code not in response.text
    assert again.status_code == 200
    assert rows_in(session_id) == []


def test_at_most_so_many_come_by_one_code_in_one_session(
    client: IsolatedClient, make: Make
) -> None:
    """Under the session's lock; who cancels makes room; another session counts for itself."""
    ours = make.organization()
    first, second = make.training_session(), make.training_session()
    first_id, second_id = first.id, second.id
    row, code = make.made_code(ours, most=2)
    code_hash = hash_of(code)

    def come(session: TrainingSession, *names: str) -> Any:
        people = tuple(
            Participant(
                name=name,
                email=f"{name}@example.org",
                organization_id=ours.id,
                claim=Claim.CODE,
            )
            for name in names
        )
        with transaction():
            return service.register(
                session.id, Group(participants=people, code_hash=code_hash, consent="1"), now=NOW
            )

    come(first, "ada")
    with pytest.raises(CodeSpentError) as spent:
        come(first, "bob", "cyd")
    come(second, "bob", "cyd")
    come(first, "bob")
    [ada, _bob] = rows_in(first_id)
    gone = db.session.scalars(
        sa.select(Registration.id).where(
            Registration.name == "ada", Registration.training_session_id == first.id
        )
    ).one()
    with transaction():
        seats.cancel(gone, because=CancelledBecause.PERSON, actor_id=None, now=NOW)
    come(first, "dan")
    page = client.fill(f"/sessions/{first.id}/register?code={code}", typed("Eve"))

    assert (spent.value.left, spent.value.most) == (1, 2)
    assert ada == ("ada", "confirmed", "code", ours.id, row.id)
    assert [one[0] for one in rows_in(second_id)] == ["bob", "cyd"]
    assert page.status_code == 409
    assert "at most 2 people" in page.text
    assert 'value="Eve"' in page.text
    assert audit(now=NOW) == []


def test_seats_look_at_the_code_again_under_the_lock(app: Flask, make: Make) -> None:
    """What the page found may be over, or somebody else's, when the seats are given."""
    ours, theirs = make.organization(), make.organization()
    secret = make.training_session(audience=Audience.INVITED)
    listed = make.training_session()
    row, code = make.made_code(ours, training_session_id=secret.id)

    def come(session: TrainingSession, organization: Organization, now: datetime = NOW) -> None:
        person = Participant(
            name="Ada", email="ada@example.org", organization_id=organization.id, claim=Claim.CODE
        )
        group = Group(participants=(person,), code_hash=hash_of(code), consent="1")
        with transaction():
            service.register(session.id, group, now=now)

    with pytest.raises(NotFoundError):
        come(secret, theirs)
    with pytest.raises(CodeEndedError):
        come(listed, ours)
    revoke(row.id)
    with pytest.raises(NotFoundError):
        come(secret, ours)

    assert rows_in(secret.id) == rows_in(listed.id) == []


def test_a_wide_code_opens_what_its_organization_may_see(
    client: IsolatedClient, make: Make
) -> None:
    """By invitation only where it has people or held seats, and in its campaign's sessions."""
    ours = make.organization()
    campaign = make.campaign()
    held = make.training_session(title="Held", audience=Audience.INVITED)
    ours_in = make.training_session(title="Ours in", audience=Audience.INVITED)
    secret = make.training_session(title="Secret", audience=Audience.INVITED)
    listed = make.training_session(title="Listed", campaign_id=campaign.id)
    make.training_session(title="Draft", status=SessionStatus.DRAFT, campaign_id=campaign.id)
    with transaction():
        plan = HoldPlan(seats=1)
        seats.set_hold(held.id, ours.id, plan, expected=None, actor_id=None, now=NOW)
    make.outcome(
        ours_in,
        make.claimed(make.participant(), ours),
        by_staff=True,
        actor_id=make.coordinator().person_id,
    )
    everything = make.made_code(ours)[1]
    of_campaign = make.made_code(ours, campaign_id=campaign.id)[1]
    of_one = make.made_code(ours, training_session_id=secret.id)[1]

    def listed_by(code: str) -> list[str]:
        text = client.page(f"/sessions/invited?code={code}").text()
        return [
            title for title in ("Held", "Ours in", "Secret", "Listed", "Draft") if title in text
        ]

    found = {
        session.title: client.get(f"/sessions/{session.id}?code={everything}").status_code
        for session in (held, ours_in, secret, listed)
    }

    assert listed_by(everything) == ["Held", "Ours in", "Listed"]
    assert listed_by(of_campaign) == ["Listed"]
    assert found == {"Held": 308, "Ours in": 308, "Secret": 404, "Listed": 308}
    response = client.get(f"/sessions/invited?code={of_one}")
    assert response.headers["Location"] == f"/sessions/{secret.id}?code={of_one}"
    client.page(f"/sessions/invited?code={NOBODYS}", status=404)
    client.page("/sessions/invited", status=404)


def test_wrong_codes_are_limited_and_right_ones_are_not(client: IsolatedClient, make: Make) -> None:
    """DESIGN 10: only what failed is counted."""
    session = make.training_session(title="Quiet", audience=Audience.INVITED)
    session_id = session.id
    _row, code = make.made_code(make.organization(), training_session_id=session.id)

    answers = {
        client.get(f"/sessions/{session_id}-quiet?code={NOBODYS}").status_code
        for _ in range(WRONG_CODES.most + 1)
    }
    last = client.get(f"/sessions/{session_id}-quiet?code={NOBODYS}")

    assert answers == {404, 429}
    assert last.status_code == 429
    assert client.get(f"/sessions/{session_id}-quiet?code={code}").status_code == 200


def test_codes_stand_in_no_log_and_in_no_table(
    client: IsolatedClient, make: Make, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    session = make.training_session(title="Quiet", audience=Audience.INVITED)
    session_id = session.id
    row, code = make.made_code(make.organization(), training_session_id=session.id)
    code_id = row.id

    client.get(f"/sessions/{session_id}?code={code}")
    client.get(f"/sessions/{session_id}/register?code={code}")
    client.fill(f"/sessions/{session_id}/register?code={code}", typed("Ada"))
    revoke(code_id)
    client.get(f"/sessions/{session_id}?code={code}")

    said = " ".join(
        record.getMessage() for record in caplog.records if "sqlalchemy" not in record.name
    )
    assert code not in said
    assert code not in repr(rows_of_everything())


def test_a_code_costs_one_statement_and_no_session_without_one_pays(
    client: IsolatedClient, make: Make, statements: Statements
) -> None:
    session = make.training_session()
    session_id = session.id
    _row, code = make.made_code(make.organization())
    costs = {}
    for name, suffix in (("without", ""), ("with", f"?code={code}")):
        with statements() as sent:
            client.get(f"/sessions/{session_id}/register{suffix}")
        costs[name] = len(sent)

    # The list of organizations is not offered to who was invited.
    assert costs == {"without": 2, "with": 2}


def test_staff_make_a_code_see_it_once_and_revoke_it(client: IsolatedClient, make: Make) -> None:
    client.sign_in(make.coordinator())
    ours = make.organization()
    session = make.training_session(title="Quiet circle", audience=Audience.INVITED)
    session_id = session.id
    path = f"/staff/organizations/{ours.id}/codes"
    fields = {"name": "Newsletter", "what": f"session-{session_id}", "most": "5"}

    empty = client.page(path)
    form = {**values_of(empty.form()), **fields}
    made = client.post(path, data=form)
    again = client.post(path, data=form)
    link = re.search(r'value="([^"]*code=([A-Za-z0-9_-]{43}))"', made.text)
    listed = client.page(path)
    row = db.session.scalars(sa.select(InvitationCode)).one()
    opened = client.get(
        link[1].removeprefix(f"http://{HOST}") if link else "", follow_redirects=True
    )
    revoked = client.fill(path, action="/revoke")
    after = client.page(path)
    twice = client.post(
        f"{path}/{row.id}/revoke", data={"csrf_token": values_of(after.form())["csrf_token"]}
    )
    history = client.page("/staff/audit")

    assert "No invitation yet" in empty.text()
    assert made.status_code == 200
    assert link is not None
    assert row.code_hash == hash_of(link[2])
    assert link[1].startswith(f"http://{HOST}/sessions/{session_id}?code=")
    assert "<svg" in made.text
    assert again.status_code == 409
    assert link[2] not in again.text + client.get(path).text
    assert "Newsletter" in listed.text()
    assert "Quiet circle" in listed.text()
    assert (row.most, row.training_session_id, row.organization_id) == (5, session.id, ours.id)
    assert opened.status_code == 200
    assert (revoked.status_code, twice.status_code) == (303, 303)
    assert "Revoked" in after.text()
    assert client.get(f"/sessions/{session_id}?code={link[2]}").status_code == 404
    assert f"made the invitation “Newsletter” to {ours.name}" in history.text()
    assert f"revoked the invitation “Newsletter” to {ours.name}" in history.text()


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"name": ""}, "Type a name"),
        ({"what": "session-999999"}, "not in the list any more"),
        ({"what": ""}, "not in the list any more"),
        ({"most": "0"}, "whole number from 1"),
        ({"last_day": "2020-01-01"}, "This day is over."),
        ({"last_day": "tomorrow"}, "Type a day"),
    ],
)
def test_what_makes_no_code(
    client: IsolatedClient, make: Make, fields: dict[str, str], problem: str
) -> None:
    client.sign_in(make.coordinator())
    path = f"/staff/organizations/{make.organization().id}/codes"

    response = client.fill(path, {"name": "Kept as typed", **fields})

    assert response.status_code == 422
    assert problem in response.text
    assert fields.get("name", "Kept as typed") in response.text
    assert db.session.scalars(sa.select(InvitationCode)).all() == []


def test_a_representative_makes_codes_of_their_own_organization_only(
    client: IsolatedClient, make: Make
) -> None:
    """I8, and: only for sessions that they may see."""
    ours, theirs = make.organization("Ours"), make.organization("Theirs")
    secret = make.training_session(title="Qoppa circle", audience=Audience.INVITED)
    theirs_row = make.code(theirs, name="Qoppa letter")
    client.sign_in(make.representative(ours))
    path = f"/organization/{ours.slug}/codes/"

    page = client.page(path)
    refused = client.fill(path, {"name": "X", "what": f"session-{secret.id}"})
    made = client.fill(path, {"name": "Our people", "last_day": f"{NOW.date() + 9 * DAY}"})
    rows = db.session.scalars(
        sa.select(InvitationCode).where(InvitationCode.organization_id == ours.id)
    ).all()
    token = values_of(client.page(path).form("/codes/"))["csrf_token"]
    foreign = client.post(f"{path}{theirs_row.id}/revoke", data={"csrf_token": token})
    missing = client.post(f"{path}999999/revoke", data={"csrf_token": token})
    theirs_page = client.get(f"/organization/{theirs.slug}/codes/")

    assert "Qoppa" not in page.text()
    assert refused.status_code == 422
    assert made.status_code == 200
    assert "/sessions/invited?code=" in made.text
    assert [row.name for row in rows] == ["Our people"]
    assert rows[0].expires_at is not None
    assert (foreign.status_code, foreign.data) == (404, missing.data)
    assert theirs_page.status_code == 404
    assert db.session.get_one(InvitationCode, theirs_row.id).revoked_at is None


def test_two_who_come_at_once_by_the_last_of_a_code(app: Flask, make: Make) -> None:
    """A race for the last of a code: one comes, one is told so; the books are right."""
    ours = make.organization()
    session = make.training_session(capacity=None)
    _row, code = make.made_code(ours, most=1)
    session_id, organization_id, code_hash = session.id, ours.id, hash_of(code)
    start = threading.Barrier(2)
    got: list[str] = []

    def come(name: str) -> None:
        person = Participant(
            name=name,
            email=f"{name}@example.org",
            organization_id=organization_id,
            claim=Claim.CODE,
        )
        with app.app_context():
            start.wait(timeout=10)
            try:
                with transaction():
                    service.register(
                        session_id,
                        Group(participants=(person,), code_hash=code_hash, consent="1"),
                        now=NOW,
                    )
            except CodeSpentError:
                got.append("spent")
            else:
                got.append("came")
            db.session.remove()

    threads = [threading.Thread(target=come, args=(name,)) for name in ("ada", "bob")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)

    db.session.rollback()  # this test's own look at the database is older

    assert sorted(got) == ["came", "spent"]
    assert len(rows_in(session_id)) == 1
    assert audit(now=NOW) == []
