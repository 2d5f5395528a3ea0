"""How people are told to subscribe: the ways into programs, on every page with an address."""

import re
from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree as ET

import pytest
import segno

from tests.calendars.feeds import address_in, titles
from tests.clients import IsolatedClient, Page
from tests.factories import Make
from tests.registrations.links import manage_path
from training.calendars.subscribing import ways_into

BASE = "http://127.0.0.1:8000"
FEED = f"{BASE}/calendar/sessions.ics"


def buttons(page: Page) -> dict[str, ET.Element]:
    """Return the buttons of a page that lead into programs, by what stands on them."""
    found = [link for link in page.root.iter("a") if link.get("class") == "way"]
    return {next(link.iter("strong")).text or "": link for link in found}


def code_of(page: Page) -> ET.Element:
    [code] = [one for one in page.root.iter("div") if one.get("class") == "code"]
    return code


def drawn_in(page: Page) -> str | None:
    """Return the dark modules of the code that a page shows."""
    _light, dark = code_of(page).iter("{http://www.w3.org/2000/svg}path")
    return dark.get("d")


def modules(address: str) -> str:
    """Return the dark modules of the code of an address, as its drawing has them."""
    drawing = segno.make(address, micro=False, error="m").svg_inline(omitsize=True, lineclass=None)
    return drawing.partition(' d="')[2].partition('"')[0]


def test_each_program_gets_the_form_of_the_address_that_it_takes() -> None:
    address = "https://t.example.org/calendar/sessions.ics?campaign=7&language=pt-BR"
    name = "Träining: “Ask & listen” + 1"

    ways = ways_into(address, name=name, is_secret=False)

    webcal = address.replace("https:", "webcal:")
    google = urlsplit(ways.google)
    assert google[:3] == ("https", "calendar.google.com", "/calendar/r")
    assert parse_qs(google.query, strict_parsing=True) == {"cid": [webcal]}
    for link, host in (
        (ways.outlook, "outlook.live.com"),
        (ways.outlook_at_work, "outlook.office.com"),
    ):
        outlook = urlsplit(link)
        assert outlook[:3] == ("https", host, "/calendar/0/addfromweb")
        assert parse_qs(outlook.query, strict_parsing=True) == {"url": [address], "name": [name]}
        assert "+" not in outlook.query  # which Outlook would show
    assert f' d="{modules(webcal)}"' in ways.code
    assert f' d="{modules(address)}"' not in ways.code
    names = set(re.findall(r" ([a-z-]+)=", ways.code, re.IGNORECASE))
    assert names == {"viewBox", "fill", "stroke", "d"}  # no style, no script, no address


def test_public_page_leads_into_each_program_with_one_button(client: IsolatedClient) -> None:
    page = client.page("/calendar/")

    ways = ways_into(FEED, name="Training", is_secret=False)
    found = buttons(page)
    webcal = FEED.replace("http:", "webcal:")
    assert {name: link.get("href") for name, link in found.items()} == {
        "Google Calendar": ways.google,
        "Apple Calendar": webcal,
        "Outlook.com": ways.outlook,
        "Outlook at work": ways.outlook_at_work,
        "Outlook on a computer": webcal,
        "Thunderbird": webcal,
    }
    assert {
        name: (link.get("rel"), link.get("target"))
        for name, link in found.items()
        if (link.get("href") or "").startswith("https:")
    } == dict.fromkeys(
        ("Google Calendar", "Outlook.com", "Outlook at work"), ("noreferrer", "_blank")
    )
    programs = [one for one in page.root.iter("details") if one.get("class") == "program"]
    assert [next(one.iter("summary")).text for one in programs] == [
        "Google Calendar",
        "Outlook on the web",
        "Outlook on a computer",
        "Apple Calendar",
        "Thunderbird",
        "Nextcloud",
    ]
    for one in programs:
        assert [fact.text for fact in one.iter("dt")] == [
            "A change arrives",
            "A cancelled session",
            "To stop",
        ]
    assert "secret address" not in page.text()


def test_page_loads_nothing_from_elsewhere_and_has_no_style_of_its_own(
    client: IsolatedClient,
) -> None:
    response = client.get("/calendar/")

    page = client.page("/calendar/")
    loaded = {
        element.get(name, "")
        for element in page.root.iter()
        for name in ("src", "srcset", "data", "poster")
        if element.get(name)
    } | {link.get("href", "") for link in page.root.iter("link")}
    assert [address for address in loaded if not address.startswith("/static/")] == []
    assert [one.tag for one in page.root.iter() if one.get("style") is not None] == []
    assert list(page.root.iter("style")) == []
    assert "'unsafe-inline'" not in response.headers["Content-Security-Policy"]
    assert response.headers["Referrer-Policy"] == "same-origin"


@pytest.mark.parametrize("engine", ["sqlite"])
def test_filters_of_the_public_page_narrow_every_way_and_name_the_part(
    client: IsolatedClient, make: Make
) -> None:
    campaign = make.campaign("Listening Month")
    make.training_session(campaign_id=campaign.id)

    narrowed = client.page(f"/calendar/?delivery=online&campaign={campaign.slug}")

    address = f"{FEED}?campaign={campaign.slug}&delivery=online"
    ways = ways_into(address, name="Training: Listening Month, Online", is_secret=False)
    links = {link.get("href") for link in buttons(narrowed).values()}
    assert links == {ways.google, ways.outlook, ways.outlook_at_work, ways.addresses.webcal}
    assert drawn_in(narrowed) == modules(ways.addresses.webcal)
    [part] = [one for one in narrowed.root.iter("details") if one.get("class") == "part"]
    assert part.get("open") is not None  # what is chosen is seen


@pytest.mark.parametrize("engine", ["sqlite"])
def test_public_page_is_the_same_bytes_for_everybody(client: IsolatedClient, make: Make) -> None:
    nobodys = client.get("/calendar/")
    client.sign_in(make.coordinator())

    somebodys = client.get("/calendar/")

    assert somebodys.data == nobodys.data
    assert somebodys.headers["ETag"] == nobodys.headers["ETag"]
    assert "Set-Cookie" not in somebodys.headers


def test_ics_05_secret_stands_on_the_page_that_answers_and_nowhere_else(
    client: IsolatedClient, make: Make
) -> None:
    """ICS-05, ICS-10: with its code, which has no address of its own; no other page has it."""
    registration = make.registration(make.training_session(title="Listening well"))
    path = f"{manage_path(registration)}/calendar"

    made = client.fill(path, {"name": "My phone"}, action="/calendar")

    address = address_in(made.text)
    token = address.removeprefix(f"{BASE}/calendar/").removesuffix(".ics")
    page = Page(made.text)
    webcal = address.replace("http:", "webcal:")
    assert drawn_in(page) == modules(webcal)
    assert (code_of(page).get("role"), code_of(page).get("aria-label")) == (
        "img",
        "QR code of the address of the calendar",
    )
    assert "hand the secret address to that company" in page.text()
    holders = {
        element.get(name, "")
        for element in page.root.iter()
        for name in element.attrib
        if token in element.get(name, "")
    }
    ways = ways_into(address, name="Training: my sessions", is_secret=True)
    assert holders == {address, webcal, ways.google, ways.outlook, ways.outlook_at_work}
    assert (made.status_code, made.headers["Cache-Control"]) == (200, "no-store")
    assert made.headers["Referrer-Policy"] == "same-origin"
    assert token not in str(made.headers)
    assert token not in client.get(path).text
    assert titles(client.get(f"/calendar/{token}.ics").data) == ["Listening well"]


@pytest.mark.parametrize("engine", ["sqlite"])
def test_answer_offers_ones_own_calendar_to_who_is_signed_in_only(
    client: IsolatedClient, make: Make
) -> None:
    """Typing an address proves nothing: others get there by the link of their mail."""
    session_id = make.training_session().id
    path = f"/sessions/{session_id}/register"
    row = {"people-0-name": "Ada", "people-0-email": "ada@example.org", "consent": "y"}
    nobodys = client.get(client.fill(path, row).location)
    client.sign_in(make.trainer())

    somebodys = client.get(client.fill(path, {**row, "people-0-email": "b@example.org"}).location)

    for answer in (nobodys, somebodys):
        assert f'href="/calendar/sessions/{session_id}.ics"' in answer.text
        assert 'href="/calendar/"' in answer.text
    assert 'href="/account/feeds"' in somebodys.text
    assert "/account/feeds" not in nobodys.text
    assert "link in each mail also leads to a calendar" in nobodys.text
