"""The frame of every page, the style sheets and the scripts: what must hold of all of them."""

import gzip
import re

import pytest
from flask import Flask, flash
from flask_babel import force_locale

from tests.web.looks import STATIC, TEMPLATES, find, parse, render, text_of

NAVIGATION = [("Today", "/staff/", True), ("Sessions", "/staff/sessions", False)]
#: Compressed, all that a page may load.
MOST_CSS, MOST_JS = 15_000, 20_000


def page(app: Flask, layout: str, blocks: str = "") -> str:
    return render(
        app,
        f'{{% extends "layouts/{layout}.html" %}}'
        "{% block title %}Safer livestreams{% endblock %}"
        "{% block main %}<h1>Safer livestreams</h1>{% endblock %}" + blocks,
        navigation=NAVIGATION,
    )


@pytest.mark.parametrize("layout", ["base", "app", "personal", "plain"])
def test_every_layout_is_well_formed_and_has_its_landmarks(look: Flask, layout: str) -> None:
    tree = parse(page(look, layout))

    (html,) = find(tree, "html")
    (skip,) = find(tree, "a", class_="skip")
    (main,) = find(tree, "main")
    assert (html.get("lang"), html.get("dir")) == ("en", "ltr")
    assert (skip.get("href"), main.get("id")) == ("#main", "main")
    assert [text_of(title) for title in find(tree, "title")] == ["Safer livestreams"]
    assert [len(find(tree, tag)) for tag in ("h1", "header", "nav", "footer")] == [1, 1, 1, 1]


def test_pages_of_a_language_written_from_the_right_say_so(look: Flask) -> None:
    with force_locale("ar"):
        (html,) = find(parse(page(look, "base")), "html")

    assert (html.get("lang"), html.get("dir")) == ("ar", "rtl")


def test_a_shared_page_shows_nothing_of_whoever_asks(look: Flask) -> None:
    quiet = page(look, "base")

    flash("Saved for Amara only.")

    assert page(look, "base") == quiet
    assert [a.get("href") for a in find(find(parse(quiet), "nav")[0], "a")] == [
        "/sessions/",
        "/account/",
    ]


@pytest.mark.parametrize("layout", ["app", "personal"])
def test_a_personal_page_says_what_the_last_act_did(look: Flask, layout: str) -> None:
    flash("Saved <b>it</b>.")

    (notice,) = find(parse(page(look, layout)), "div", class_="notice")

    assert text_of(notice) == "Saved <b>it</b>."


def test_a_workplace_shows_where_one_is(look: Flask) -> None:
    (navigation,) = find(parse(page(look, "app")), "nav")

    links = [(text_of(a), a.get("href"), a.get("aria-current")) for a in find(navigation, "a")]
    assert links == [("Today", "/staff/", "page"), ("Sessions", "/staff/sessions", None)]


@pytest.mark.parametrize("is_http", [True, False])
def test_the_banner_stands_where_the_connection_is_not_encrypted(
    look: Flask,
    is_http: bool,  # noqa: FBT001 -- a case of a test
) -> None:
    look.jinja_env.globals["is_http_banner"] = is_http

    assert len(find(parse(page(look, "base")), "p", class_="server-note")) == int(is_http)


@pytest.mark.parametrize("incident", ["7f3a-11", None])
def test_an_error_says_what_one_can_do_next(look: Flask, incident: str | None) -> None:
    html = render(
        look,
        '{% include "errors/error.html" %}',
        status=404,
        title="There is no such page",
        message="The link may be <old>.",
        incident=incident,
        ways=[("See what is on", "/sessions/")],
    )

    (main,) = find(parse(html), "main")
    quoted = " If you write to us about it, quote 7f3a-11." if incident else ""
    assert text_of(main) == (
        f"404 There is no such page The link may be <old>.{quoted} See what is on"
    )


def test_no_template_needs_more_than_the_policy_allows() -> None:
    refused = re.compile(r"<style|\bstyle=|\son\w+=|<script(?![^>]*\bsrc=)|javascript:")

    found = {
        str(path.relative_to(TEMPLATES)): inline
        for path in TEMPLATES.rglob("*.html")
        if (inline := refused.findall(path.read_text()))
    }

    assert found == {}


def linked(*, is_workplace: bool) -> set[str]:
    """Return the style sheets and scripts of pages of a workplace only, or of all the others."""
    sources = {
        str(path.relative_to(TEMPLATES)): path.read_text() for path in TEMPLATES.rglob("*.html")
    }
    bases = {"layouts/app.html"}
    while more := {
        name
        for name, source in sources.items()
        if name not in bases and any(f'{{% extends "{base}" %}}' in source for base in bases)
    }:
        bases |= more
    found: dict[bool, set[str]] = {True: set(), False: set()}
    for name, source in sources.items():
        found[name in bases].update(re.findall(r"static_url\('((?:css|js)/[^']+)'\)", source))
    return found[True] - found[False] if is_workplace else found[False]


@pytest.mark.parametrize("is_workplace", [False, True])
@pytest.mark.parametrize(("kind", "most"), [("css", MOST_CSS), ("js", MOST_JS)])
def test_style_sheets_and_scripts_are_small_and_come_from_here(
    kind: str, most: int, *, is_workplace: bool
) -> None:
    names = sorted(one for one in linked(is_workplace=is_workplace) if one.startswith(kind))
    sources = [(STATIC / name).read_bytes() for name in names]

    assert len(sources) >= 3
    assert sum(len(gzip.compress(source)) for source in sources) <= most
    assert re.findall(rb"https?://|@import", b"".join(sources)) == []


def test_every_style_sheet_and_script_is_linked_by_a_page() -> None:
    there = {f"{path.parent.name}/{path.name}" for path in STATIC.rglob("*.*s") if path.is_file()}

    assert there - linked(is_workplace=True) - linked(is_workplace=False) == set()


#: Says left or right, in a name, as a value, or as the second and the fourth of four values.
PHYSICAL = re.compile(
    r"(?<![\w-])(?:(?:margin|padding|border|inset|scroll-(?:margin|padding))-)?(?:left|right)"
    r"(?:-\w+)?\s*:|(?:text-align|float|clear|caption-side)\s*:\s*(?:left|right)"
    r"|border-(?:top|bottom)-(?:left|right)"
    r"|(?:margin|padding|inset|scroll-margin|scroll-padding)\s*:"
    r"\s*[^\s;]+ (?P<second>[^\s;]+) [^\s;]+ (?!(?P=second)[;}\s])[^\s;()]+[;}]"
)


@pytest.mark.parametrize(
    "rule",
    [
        "margin-left: 4px;",
        "left:0",
        "text-align: right;",
        "float:left",
        "padding: 1px 2px 3px 4px;",
    ],
)
def test_what_says_left_or_right_is_found(rule: str) -> None:
    assert PHYSICAL.search(f"a {{ {rule} }}")


@pytest.mark.parametrize(
    "rule", ["margin: 1px 2px 3px 2px;", "inset: auto 0 0;", "margin-inline-start: 4px;"]
)
def test_what_says_start_and_end_is_not(rule: str) -> None:
    assert PHYSICAL.search(f"a {{ {rule} }}") is None


def test_no_style_sheet_says_left_or_right() -> None:
    found = {
        path.name: physical
        for path in sorted((STATIC / "css").glob("*.css"))
        if (physical := [one.group() for one in PHYSICAL.finditer(path.read_text())])
    }

    assert found == {}


def luminance(colour: str) -> float:
    """Return the relative luminance of #rgb or #rrggbb (WCAG 2.2)."""
    digits = colour.removeprefix("#")
    digits = digits if len(digits) == 6 else "".join(digit * 2 for digit in digits)
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


TEXTS = ("ink", "muted", "primary", "accent", "ok", "warn", "bad", "info")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_colour_can_be_read_on_both_grounds(theme: str) -> None:
    light, _, dark = (STATIC / "css/tokens.css").read_text().partition("prefers-color-scheme: dark")
    colours = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{3,6});", dark if theme == "dark" else light))

    pairs = [(text, ground, 5.3) for text in TEXTS for ground in ("paper", "card")]
    pairs += [("on-primary", "primary", 5.3), ("on-bad", "bad", 5.3)]
    pairs += [("edge", ground, 3.5) for ground in ("paper", "card")]
    too_close = [
        (text, ground)
        for text, ground, least in pairs
        if contrast(colours[text], colours[ground]) < least
    ]

    assert too_close == []
