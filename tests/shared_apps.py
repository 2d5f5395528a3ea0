"""Applications and databases that tests use one after another, each test as if just made.

To make both anew for each test took half of the time of all tests.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from flask import Flask

from tests.apps import create_test_app
from tests.clients import IsolatedClient
from tests.databases import Databases
from training.accounts.access import Activity
from training.db import db
from training.registrations.listings import ListingCache
from training.web import limits
from training.web.shared_pages import PageCache

#: The extensions in which an application remembers one request until the next; beside "limits".
MEMORIES: Mapping[str, Callable[[], object]] = {
    "activity": Activity,
    "listings": ListingCache,
    "page_cache": PageCache,
}

#: What says how an application answers, beside its settings and extensions.
_WIRING = (
    "after_request_funcs",
    "before_request_funcs",
    "error_handler_spec",
    "request_class",
    "teardown_appcontext_funcs",
    "teardown_request_funcs",
    "template_context_processors",
    "test_client_class",
    "view_functions",
    "wsgi_app",
)
_TEMPLATES = ("filters", "globals", "tests")
_EVENTS = ("before_cursor_execute", "after_cursor_execute", "begin", "commit", "rollback")


class SharedApps:
    """Lends an application on an empty database: one of each engine."""

    def __init__(self, databases: Databases, folder: Path) -> None:
        self._databases = databases
        self._folder = folder
        self._apps: dict[str, _SharedApp] = {}

    @contextmanager
    def lend(self, engine: str, instance: Path) -> Iterator[Flask]:
        """Yield the application of an engine, with its context pushed.

        What the test before changed is undone here, not at that test's end, when some of it may
        still be patched. Where that is not possible, there is a new application.
        """
        shared = self._apps.get(engine)
        if shared is None:
            url = self._databases.make(engine, self._folder)
            shared = _SharedApp(url, self._folder)
        elif shared.is_rewired():
            shared.close()
            self._databases.renew(shared.url)
            shared = _SharedApp(shared.url, self._folder)
        else:
            self._databases.empty(shared.engine)
        self._apps[engine] = shared
        shared.forget(instance)
        with shared.app.app_context():
            yield shared.app
            db.session.remove()

    def close(self) -> None:
        """Drop the databases."""
        for shared in self._apps.values():
            shared.close()
            self._databases.drop(shared.url)


class _SharedApp:
    def __init__(self, url: str, folder: Path) -> None:
        self.url = url
        self.app = create_test_app(url, folder)
        self.app.test_client_class = IsolatedClient
        with self.app.app_context():
            self.engine = db.engine
        self._config = dict(self.app.config)
        self._extensions = dict(self.app.extensions)
        self._wiring = self._look()

    def is_rewired(self) -> bool:
        """Tell whether a test changed more than :meth:`forget` puts right."""
        return self._look() != self._wiring

    def forget(self, instance: Path) -> None:
        """Put settings and extensions back, and remember no request."""
        self.app.config.clear()
        self.app.config.update(self._config)
        self.app.extensions.clear()
        self.app.extensions.update(self._extensions)
        self.app.instance_path = str(instance)
        self.app.extensions["settings"] = replace(self._extensions["settings"], instance=instance)
        for name, make in MEMORIES.items():
            self.app.extensions[name] = make()
        limits.register(self.app, self.app.extensions["settings"], processes=1)
        # Else Flask lets no test add a route of its own.
        self.app._got_first_request = False  # noqa: SLF001 -- nothing public undoes it

    def close(self) -> None:
        self.engine.dispose()

    def _look(self) -> list[Any]:
        return [
            *(_frozen(getattr(self.app, name)) for name in _WIRING),
            *(dict(getattr(self.app.jinja_env, name)) for name in _TEMPLATES),
            *(list(getattr(self.engine.dispatch, name)) for name in _EVENTS),
        ]


def _frozen(value: Any) -> Any:
    """Return what still compares with what a value was, after it was changed in place."""
    if isinstance(value, Mapping):  # what is empty may have been looked for, no more
        return {key: frozen for key, one in value.items() if (frozen := _frozen(one))}
    if isinstance(value, list):
        return [_frozen(one) for one in value]
    return value
