"""What may be a mail domain."""

import pytest

from training.organizations.errors import MailDomainError
from training.organizations.rules import mail_domain, shown_domain


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("Example.ORG", "example.org"),
        ("@example.org", "example.org"),
        ("example.org.", "example.org"),
        ("mail.example.co.uk", "mail.example.co.uk"),
        ("Bücher.example", "xn--bcher-kva.example"),
        ("xn--bcher-kva.example", "xn--bcher-kva.example"),
        ("例え.テスト", "xn--r8jz45g.xn--zckzah"),
    ],
)
def test_a_domain_is_stored_by_idna_in_small_letters(typed: str, stored: str) -> None:
    assert mail_domain(typed) == stored


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "@",
        "localhost",
        "ana@example.org",
        "exa mple.org",
        "example..org",
        "-example.org",
        "example.1",
        "127.0.0.1",
        "*.example.org",
        "https://example.org",
        f"{'a' * 64}.org",
        ".".join(["a" * 60] * 5),
        "example.org/x",
        "gmail.com",
        "GoogleMail.com",
    ],
)
def test_what_is_no_domain_or_everybodys_is_refused(typed: str) -> None:
    with pytest.raises(MailDomainError):
        mail_domain(typed)


def test_a_domain_is_shown_as_people_write_it() -> None:
    shown = [shown_domain(one) for one in ("xn--bcher-kva.example", "example.org", "xn--a")]

    assert shown == ["bücher.example", "example.org", "xn--a"]
