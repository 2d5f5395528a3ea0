"""One worker process of the server: the application, warmed up, behind what the server lacks."""

import gc
import hmac
import os
import re
import signal
import sys
import threading
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from flask import Flask
from granian.utils.proxies import wrap_wsgi_with_proxy_headers
from sqlalchemy.orm import configure_mappers

from training.app import create_app
from training.config import Settings
from training.db import db
from training.server.children import end_with_parent
from training.server.loading import WORKER_HEADER
from training.server.memory import share_one_store
from training.server.templates import CompiledTemplates

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_RUN_KEY = "HTTP_X_TRAINING_RUN"
#: What an application reads from ``environ``, of which granian fills in only what was sent.
_LOOKS_LIKE_A_REQUEST = re.compile(
    r"(HTTP|REMOTE|CONTENT|SERVER|REQUEST|wsgi)[_.].*|HTTPS|AUTH_TYPE|PATH_INFO|QUERY_STRING"
    r"|SCRIPT_NAME|GATEWAY_INTERFACE"
)


def load(settings: Settings, run: str, parent: int, workers: int) -> "WSGIApplication":
    """Make what one worker serves, in its own process; see ``loading``."""
    share_one_store()
    if sys.platform != "win32":
        _listen_for_sigterm()
        os.setpgid(0, 0)  # a Ctrl-C reaches the server alone, which lets the workers finish
    end_with_parent(parent)
    forget_false_headers()
    app = create_app(settings, processes=workers)
    app.jinja_env.bytecode_cache = CompiledTemplates(settings.instance / "compiled")
    _warm_up(app)
    served: WSGIApplication = app
    if settings.trusted_proxies:
        served = wrap_wsgi_with_proxy_headers(served, list(settings.trusted_proxies))
    return Served(served, run)


def _listen_for_sigterm() -> None:
    """Have a thread of its own wait for SIGTERM, and call its handler.

    Python runs handlers in the main thread, which only waits for a lock here. It is not woken if
    the kernel gives the signal to another thread, as it does now and then on a busy machine: the
    worker would go on serving until it is killed, with the requests that it is answering.
    """
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})

    def wait() -> None:
        while True:
            signal.sigwait({signal.SIGTERM})
            handler = signal.getsignal(signal.SIGTERM)
            if not callable(handler):  # still starting: there is nothing to finish
                os._exit(1)
            handler(signal.SIGTERM, None)

    threading.Thread(target=wait, name="SIGTERM", daemon=True).start()


def forget_false_headers() -> None:
    """Drop variables of the operating system that would be taken for a part of each request."""
    for name in list(os.environ):
        if _LOOKS_LIKE_A_REQUEST.fullmatch(name):
            del os.environ[name]


def _warm_up(app: Flask) -> None:
    """Do before the first request what would make it slow, and put it where no collection looks."""
    with app.app_context():
        for name in app.jinja_env.list_templates(extensions=("html", "txt", "xml")):
            app.jinja_env.get_template(name)
        configure_mappers()
        db.session.remove()
        db.engine.dispose()
    app.url_map.update()
    gc.collect()
    gc.freeze()
    gc.enable()


class Served:
    """The application without the operating system's variables, and known to its own server.

    granian puts all of them into every request's ``environ``, where an error report would show
    the secret key and the database's password.
    """

    def __init__(self, app: "WSGIApplication", run: str) -> None:
        self._app = app
        self._run = run.encode()
        self._inherited = tuple(os.environ)

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        for name in self._inherited:
            environ.pop(name, None)
        environ["wsgi.multiprocess"] = True
        asked = environ.pop(_RUN_KEY, None)
        if asked is None or not hmac.compare_digest(asked.encode("latin-1"), self._run):
            return self._app(environ, start_response)

        def start(status: str, headers: list[tuple[str, str]], *error: Any) -> Any:
            return start_response(status, [*headers, (WORKER_HEADER, str(os.getpid()))], *error)

        return self._app(environ, start)
