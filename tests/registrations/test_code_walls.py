"""What a code that is not good lets nobody learn, and who can make one for what."""

import pytest

from tests.clients import IsolatedClient, values_of
from tests.factories import Make
from tests.registrations.test_codes import NOBODYS, bad_codes, rows_in, typed
from tests.representatives.partners import without_secrets
from tests.times import NOW
from training.db import db, transaction
from training.registrations.code_queries import offers_for_organization
from training.registrations.values import Claim
from training.registrations.views.coming_by_code import WRONG_CODES
from training.sessions.models import TrainingSession
from training.sessions.values import Audience


@pytest.mark.parametrize("audience", [Audience.PUBLIC, Audience.PARTNERS])
def test_where_everybody_may_look_a_bad_code_shows_what_no_code_shows(
    client: IsolatedClient, make: Make, audience: Audience
) -> None:
    """Whichever way it is bad: nobody learns that a code was good once, or is so elsewhere."""
    session_id = make.training_session(title="Open", audience=audience).id
    pages = (f"/sessions/{session_id}-open", f"/sessions/{session_id}/register")
    wrong = []

    for why, code in bad_codes(make, session_id).items():
        if why == "of everything":
            continue  # it is good for what everybody may see
        for path in pages:
            plain = without_secrets(client.get(path).text)
            answer = client.get(path, query_string={"code": code})
            if (answer.status_code, without_secrets(answer.text)) != (200, plain):
                wrong.append(f"{path}: {why}")

    assert wrong == []


def test_sent_with_a_form_every_bad_code_is_told_alike(client: IsolatedClient, make: Make) -> None:
    """Nobody comes without what they were invited with unless they want to; nothing is told."""
    session_id = make.training_session(title="Open").id
    path = f"/sessions/{session_id}/register"
    answers = set()

    for why, code in bad_codes(make, session_id).items():
        if why in {"none", "of everything"}:
            continue
        form = {**values_of(client.page(path).form()), **typed("Ada"), "code": code}
        answer = client.post(path, data=form)
        answers.add((answer.status_code, without_secrets(answer.text)))

    assert [status for status, _text in answers] == [409]
    assert rows_in(session_id) == []


def test_wrong_codes_that_forms_send_are_counted_with_the_others(
    client: IsolatedClient, make: Make
) -> None:
    session_id = make.training_session(title="Quiet", audience=Audience.INVITED).id
    client.application.config["WTF_CSRF_ENABLED"] = False
    for _ in range(WRONG_CODES.most):
        client.get(f"/sessions/{session_id}-quiet?code={NOBODYS}")

    sent = client.post(f"/sessions/{session_id}/register", data={**typed("Ada"), "code": NOBODYS})
    listed = client.get(f"/sessions/invited?code={NOBODYS}")

    assert (sent.status_code, listed.status_code) == (429, 429)


def test_an_address_with_a_code_is_kept_by_nobody_on_its_way(
    client: IsolatedClient, make: Make
) -> None:
    session_id = make.training_session(title="Quiet", audience=Audience.INVITED).id
    _row, code = make.made_code(make.organization(), training_session_id=session_id)
    paths = (
        f"/sessions/{session_id}?code={code}",
        f"/sessions/{session_id}-quiet?code={code}",
        f"/sessions/{session_id}/register?code={code}",
        f"/sessions/invited?code={code}",
    )

    answers = [client.get(path) for path in paths]

    assert [one.status_code for one in answers] == [308, 200, 200, 303]
    assert {one.headers["Cache-Control"] for one in answers} == {"no-store"}
    assert {one.headers["Referrer-Policy"] for one in answers} == {"same-origin"}


def test_who_only_says_to_be_with_an_organization_opens_nothing_for_it(
    client: IsolatedClient, make: Make
) -> None:
    """Else somebody's bare word would let its representative invite others to what is closed."""
    ours = make.organization()
    stated, known = (make.training_session(title=title) for title in ("Stated", "Known"))
    stated_id, known_id = stated.id, known.id
    make.registration(stated, organization_id=ours.id, claim=Claim.STATED)
    make.registration(known, organization_id=ours.id, claim=Claim.STAFF)
    with transaction():
        for session_id in (stated_id, known_id):
            db.session.get_one(TrainingSession, session_id).audience = Audience.INVITED
    wide = make.made_code(ours)[1]

    offered = offers_for_organization(ours.id, now=NOW)
    opened = client.page(f"/sessions/invited?code={wide}").text()

    assert [one.id for one in offered.sessions] == [known_id]
    assert "Known" in opened
    assert "Stated" not in opened


def test_no_seat_and_no_code_changes_hands_without_the_forms_token(
    client: IsolatedClient, make: Make
) -> None:
    ours = make.organization()
    account = make.representative(ours)
    session = make.training_session()
    [reserved] = make.reserved(session, ours, by=account.person_id)
    session_id, reserved_id, code_id = session.id, reserved.id, make.code(ours).id
    client.sign_in(account)
    base = f"/organization/{ours.slug}"
    sent = {
        f"{base}/codes/": {"name": "X", "what": "all", "key": "k" * 43},
        f"{base}/codes/{code_id}/revoke": {},
        f"{base}/sessions/{session_id}/reserve": {"number": "1", "key": "k" * 43},
        f"{base}/sessions/{session_id}/name": {
            "seats-0-registration": str(reserved_id),
            "seats-0-name": "Mallory",
            "consent": "y",
        },
    }
    before = rows_in(session_id)

    answers = {path: client.post(path, data=fields).status_code for path, fields in sent.items()}

    db.session.rollback()
    assert set(answers.values()) <= {400, 422}
    assert rows_in(session_id) == before
    assert "Invitation" in client.page(f"{base}/codes/").text()
