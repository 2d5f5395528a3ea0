"""Every page is looked at: it stands among the states that the browser's test goes through."""

import re
from urllib.parse import urlsplit

from flask import Flask
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from tests.apps import HOST
from tests.browser.states import STATES

#: Pages that are no HTML, lead elsewhere at once, or follow upon a form and are seen by its test.
NOT_LOOKED_AT = {
    "accounts.home",
    "calendars.secret",
    "calendars.sessions",
    "imports.sample",
    "registrations.registered",
    "registrations.robots",
    "registrations.sitemap",
    "sessions.download",
    "sessions.several_done",
    "web.healthz",
    "web.readyz",
}


def test_every_page_stands_among_the_states(app_without_database: Flask) -> None:
    adapter = app_without_database.url_map.bind(HOST)
    looked_at = set()
    for state in STATES:
        path = urlsplit(re.sub(r"\{\w+\}", "1", state.path)).path
        try:
            looked_at.add(adapter.match(path, method="GET")[0])
        except RequestRedirect as redirect:
            looked_at.add(adapter.match(urlsplit(redirect.new_url).path, method="GET")[0])
        except HTTPException:
            continue  # a page that is meant not to be there
    pages = {
        rule.endpoint
        for rule in app_without_database.url_map.iter_rules()
        if "GET" in (rule.methods or set())
    }

    assert pages - looked_at - NOT_LOOKED_AT == set()
