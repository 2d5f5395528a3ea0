"""The page of all components."""

from flask import Flask

from tests.clients import IsolatedClient
from tests.factories import Make


def test_every_component_stands_on_the_page(app: Flask, client: IsolatedClient, make: Make) -> None:
    client.sign_in(make.coordinator())

    page = client.get("/staff/look")

    assert page.status_code == 200
    for words in ("Full, 3 waiting", "Left early", "On the waitlist", "What cancelling does"):
        assert words in page.text
