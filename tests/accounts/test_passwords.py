"""Which passwords may be chosen: AUTHN-03."""

import unicodedata

import pytest

from tests.clients import IsolatedClient
from tests.factories import PASSWORD, Make
from training.accounts.errors import (
    CommonPasswordError,
    PasswordError,
    PasswordLengthError,
    UnusableCharacterError,
)
from training.accounts.rules import browser_names, usable_password
from training.accounts.service import check_password, hash_password

WOMAN_TECHNOLOGIST = "\N{WOMAN}\N{ZERO WIDTH JOINER}\N{PERSONAL COMPUTER}"


@pytest.mark.parametrize(
    "typed",
    [
        pytest.param("x7:kq2vb", id="8 characters"),
        pytest.param("ab" * 32, id="64"),
        pytest.param("ab" * 64, id="128"),
        pytest.param("ab" * 512, id="1024"),
        pytest.param("  correct horse  ", id="spaces at its ends"),
        pytest.param("\N{PILE OF POO}" * 8, id="emoji"),
        pytest.param(WOMAN_TECHNOLOGIST * 3, id="joined emoji"),
        pytest.param("правильная лошадь", id="another script"),
    ],
)
def test_authn_03_a_password_is_kept_as_typed(typed: str) -> None:
    """AUTHN-03: nothing is trimmed or cut."""
    assert usable_password(typed) == typed


@pytest.mark.parametrize(
    ("typed", "refusal"),
    [
        pytest.param("x7:kq2v", PasswordLengthError, id="7 characters"),
        pytest.param("", PasswordLengthError, id="none"),
        pytest.param("ab" * 512 + "c", PasswordLengthError, id="1025"),
        pytest.param("x" * 1_000_000, PasswordLengthError, id="a million"),
        pytest.param("e\N{COMBINING ACUTE ACCENT}" * 7, PasswordLengthError, id="7 in NFC"),
        pytest.param("correct\x00horse", UnusableCharacterError, id="NUL"),
        pytest.param("correct \ud800 horse", UnusableCharacterError, id="half a character"),
        pytest.param("password", CommonPasswordError, id="the most common one"),
        pytest.param("PassWord1", CommonPasswordError, id="in other case"),
        pytest.param("iloveyou", CommonPasswordError, id="common"),
        pytest.param("usmc0311", CommonPasswordError, id="about the 3,000th"),
    ],
)
def test_authn_03_what_nobody_may_choose(typed: str, refusal: type[PasswordError]) -> None:
    """AUTHN-03."""
    with pytest.raises(refusal):
        usable_password(typed)


def test_authn_03_every_keyboard_gives_the_same_password(make: Make) -> None:
    """AUTHN-03: NFC when chosen, NFD when typed."""
    account = make.coordinator(email="rene@example.org")
    chosen = "Ren\N{LATIN SMALL LETTER E WITH ACUTE} and friends"
    make.change_account(account, password_hash=hash_password(chosen))

    found = check_password("rene@example.org", unicodedata.normalize("NFD", chosen))

    assert found.account_id == account.id


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        pytest.param("x7:kq2v", "Choose a password of 8 to 1024 characters.", id="short"),
        pytest.param("password1", "Many people use this password", id="common"),
        pytest.param("x" * 900_000, "Field cannot be longer than 1024", id="long"),
        pytest.param("correct\x00horse", "a character that cannot be typed", id="NUL"),
    ],
)
def test_authn_03_the_form_says_why(
    client: IsolatedClient, make: Make, typed: str, why: str
) -> None:
    """AUTHN-03: 422, beside the field, and nothing of it is shown again."""
    client.sign_in(make.trainer())

    response = client.fill("/account/password", {"old": PASSWORD, "password": typed})

    assert response.status_code == 422
    assert why in response.text
    assert typed not in response.text


@pytest.mark.parametrize(
    ("user_agent", "names"),
    [
        pytest.param(
            "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
            ("Firefox", "Linux"),
            id="Firefox",
        ),
        pytest.param(
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
            "Chrome/131.0.0.0 Safari/537.36 Edg/131.0.0.0",
            ("Edge", "Windows"),
            id="Edge",
        ),
        pytest.param(
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 "
            "(KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1",
            ("Safari", "iPhone"),
            id="Safari on a phone",
        ),
        pytest.param(
            "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) "
            "Chrome/131.0.0.0 Mobile Safari/537.36",
            ("Chrome", "Android"),
            id="Chrome on a phone",
        ),
        pytest.param("curl/8.5", (None, None), id="something else"),
        pytest.param(None, (None, None), id="nothing"),
    ],
)
def test_a_browser_is_called_what_people_call_it(
    user_agent: str | None, names: tuple[str | None, str | None]
) -> None:
    assert browser_names(user_agent) == names
