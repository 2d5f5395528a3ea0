"""Where a person may be sent after signing in: the pure rule. WEB-07."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule

from training.web.redirects import is_own_page

OURS = Map(
    [
        Rule("/", endpoint="home"),
        Rule("/staff/sessions/", endpoint="sessions"),
        Rule("/sessions/<int:number>", endpoint="session"),
        Rule("/9", endpoint="nine"),
        Rule("/-", endpoint="dash"),
        Rule("/evil\\here", endpoint="backslash"),
        Rule("/<path:anything>.txt", endpoint="text"),
        Rule("/account/sign-out", endpoint="sign_out", methods=["POST"]),
    ]
).bind("training.example", default_method="POST")  # somebody is signing in


@pytest.mark.parametrize(
    "target",
    [
        "/",
        "/9",
        "/5.txt",
        "/m.txt",
        "/M.txt",
        "/staff/sessions/",
        "/staff/sessions/?period=past&q=a%20b",
        "/staff/sessions/?next=https:/evil",
        "/sessions/7",
        "/sessions/7#top",
        "/Zürich.txt",
        "/" + "a" * (2_000 - len("/.txt")) + ".txt",
    ],
)
def test_web_07_a_page_of_ours_is_one(target: str) -> None:
    assert is_own_page(target, OURS) is True


@pytest.mark.parametrize(
    "target",
    [
        "",
        "staff/sessions/",
        "?period=past",
        "#top",
        "//evil",
        "//training.example/",
        "/\\evil",
        "/evil\\here",
        "\\\\evil",
        "/-",
        "/_.txt",
        "/.txt",
        "/%09/evil",
        "\t//evil",
        " /",
        "/ ",
        "/\n",
        "/staff/sessions/\n",
        "/staff/sessions/?q=a//b",
        "/staff/sessions/?q=a\\b",
        "/staff/sessions/?q=a b",
        "https:evil.com",
        "https:/evil",
        "javascript:1",
        "https://training.example/",
        "https://good@evil",
        "%2f%2fevil",
        "/no/such/page",
        "/été.png",
        "/sessions/seven",
        "/account/sign-out",
        "/staff/sessions",  # led on from there: the browser would follow two redirects
        "/" + "a" * (2_001 - len("/.txt")) + ".txt",
        *(f"/a{chr(code)}b.txt" for code in (*range(0x21), 0x7F)),
    ],
)
def test_web_07_whatever_else_is_none(target: str) -> None:
    assert is_own_page(target, OURS) is False


@given(
    st.lists(
        st.sampled_from(
            [*"/\\:@?#%.&= \t\r\n\x00\x7f-_9aZé", "//", "evil.com", "https:", "%2f", "%5c", "in/"]
        )
        | st.characters(),
        max_size=12,
    ).map("".join)
)
def test_web_07_what_is_let_through_stays_on_this_site(rest: str) -> None:
    """As browsers read an address: tabs and line ends dropped, a backslash as a slash."""
    target = f"/{rest}.txt"

    if is_own_page(target, OURS):
        read = target.translate({ord(one): None for one in "\t\r\n"}).replace("\\", "/")
        assert read == target
        assert read[1].isascii()
        assert read[1].isalnum()
        assert "//" not in read
        assert min(map(ord, read)) > 0x20
        path = read.split("?")[0].split("#")[0]
        try:
            OURS.match(path, method="GET")
        except HTTPException:
            pytest.fail(f"{path} is no page")
