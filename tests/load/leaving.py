"""People who give their registrations up over HTTP, by the link in their mail, all the time."""

import threading
import time
from collections import Counter
from http import HTTPStatus
from typing import Self

from flask import Flask

from tests.apps import SECRET_KEY
from tests.load import acts
from tests.load.browsing import Browser, LostError, hidden
from tests.load.sizes import chance_of
from tests.server.running import Server
from training import links
from training.db import db
from training.registrations.values import LIVE

#: Who gives up registrations at each host at the same moment.
AT_ONCE = 8


class Leavers:
    """Some at each host who give up registrations of anybody, so many a second."""

    def __init__(self, app: Flask, servers: list[Server], each_second: float) -> None:
        self._app = app
        self._rate = each_second / len(servers) / AT_ONCE
        self._stop = threading.Event()
        self._looking = threading.Lock()
        #: What was answered to whom; a form that was not answered is unknown.
        self.answers: Counter[str] = Counter()
        self.waits: list[float] = []
        self.began = 0.0
        self.seconds = 0.0
        self._threads = [
            threading.Thread(target=self._leave, args=(server, number))
            for number, server in enumerate(servers * AT_ONCE)
        ]

    def __enter__(self) -> Self:
        self.began = time.monotonic()
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()
        self.seconds = time.monotonic() - self.began

    def _leave(self, server: Server, number: int) -> None:
        chance = chance_of(f"leaver {number}")
        browser, token, tries = Browser(server.port, 10_000 + number), "", 0
        with self._app.app_context():
            while not self._stop.is_set():
                acts.pace(tries, self.began, self._rate)
                tries += 1
                with self._looking:  # this process has few connections to the database
                    found = acts.anybody(chance, LIVE)
                    db.session.remove()
                if found is None:
                    continue
                _, public_id, epoch = found
                link = links.make(SECRET_KEY, links.Purpose.MANAGE, public_id, epoch)
                path = f"/registrations/{link}/cancel"
                token = token or hidden(browser.get(path).body).get("csrf_token", "")
                if token:
                    self._cancel(browser, path, token)
        browser.close()

    def _cancel(self, browser: Browser, path: str, token: str) -> None:
        sent = time.monotonic()
        try:
            answer = browser.post(path, {"csrf_token": token})
        except LostError:
            self.answers["unknown"] += 1
            return
        self.waits.append(time.monotonic() - sent)
        is_done = answer.status == HTTPStatus.SEE_OTHER
        self.answers["given up" if is_done else str(answer.status)] += 1
