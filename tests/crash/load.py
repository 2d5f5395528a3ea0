"""People who register at a running server all the time, and remember what they were told."""

import contextlib
import hashlib
import html
import http.client
import itertools
import re
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode

import sqlalchemy as sa

from training.checks.service import audit
from training.clock import utc_now
from training.db import db
from training.people.models import Person
from training.registrations.models import Registration
from training.submissions.models import Submission
from training.submissions.service import new_key

#: How many send at once: more than the server has threads, so that some always wait.
SENDERS = 6
PATIENCE_SECONDS = 60.0
KEPT, BUSY = 303, 503
#: Of all loads together, so that nobody is known before.
_NUMBERS = itertools.count(1)


@dataclass
class Sent:
    """One form of two people: both are registered, or nobody."""

    number: int
    training_session_id: int
    key: str = field(default_factory=new_key)
    #: What it was answered with; None: nothing came.
    status: int | None = None
    page: str = ""

    @property
    def addresses(self) -> tuple[str, str]:
        return f"ada.{self.number}@example.org", f"bo.{self.number}@example.org"


class Load:
    """All that was sent to one site, over any number of starts and ends of its server.

    Each sender comes from a network of its own, so that no limit of tries is met.
    """

    def __init__(self, training_session_ids: Sequence[int]) -> None:
        self._sessions = itertools.cycle(training_session_ids)
        self._choosing = threading.Lock()
        self._stopping = threading.Event()
        self._cookie = self._token = ""
        self.sent: list[Sent] = []

    @contextlib.contextmanager
    def running(self, port: int) -> Iterator[None]:
        """Send all the time."""
        self._stopping.clear()
        senders = [
            threading.Thread(target=self._keep_sending, args=(port, number), daemon=True)
            for number in range(SENDERS)
        ]
        for sender in senders:
            sender.start()
        try:
            yield
        finally:
            self._stopping.set()
            for sender in senders:
                sender.join(PATIENCE_SECONDS)

    def _keep_sending(self, port: int, number: int) -> None:
        while not self._stopping.is_set():
            if self.send(port, source=f"127.0.1.{number + 1}").status is None:
                self._stopping.wait(0.02)  # there may be no server for now

    def new(self, training_session_id: int | None = None) -> Sent:
        """Return a form that is yet to be sent."""
        with self._choosing:
            one = Sent(next(_NUMBERS), training_session_id or next(self._sessions))
            self.sent.append(one)
        return one

    def send(self, port: int, *, source: str = "127.0.0.1") -> Sent:
        """Send one new form."""
        self.post(one := self.new(), port, source)
        return one

    def resolve(self, port: int) -> Counter[str]:
        """Send again, with the same key, whatever was not acknowledged: until it is."""
        again: Counter[str] = Counter()
        deadline = time.monotonic() + PATIENCE_SECONDS
        for one in self.sent:
            if one.status == KEPT:
                continue
            again["unknown" if one.status is None else str(one.status)] += 1
            while one.status in {BUSY, None} and time.monotonic() < deadline:
                self.post(one, port, f"127.0.2.{one.number % 200 + 1}")
        return again

    def acknowledged(self) -> int:
        return sum(one.status == KEPT for one in self.sent)

    def post(self, one: Sent, port: int, source: str = "127.0.0.1") -> None:
        """Send a form, for the first time or again."""
        path = f"/sessions/{one.training_session_id}/register"
        try:
            if not self._token:
                one.status, one.page, cookie = _ask(port, source, "GET", path, {}, "")
                found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', one.page)
                if not found:  # busy: there is no form to send
                    return
                self._cookie, self._token = cookie, html.unescape(found[1])
            form = {"csrf_token": self._token, "key": one.key, "consent": "y", "fit": "y"}
            for row, (name, address) in enumerate(zip(("Ada", "Bo"), one.addresses, strict=True)):
                form |= {f"people-{row}-name": name, f"people-{row}-email": address}
            one.status, one.page, _ = _ask(port, source, "POST", path, form, self._cookie)
        except (OSError, http.client.HTTPException):
            one.status = None


def _ask(
    port: int, source: str, method: str, path: str, form: dict[str, str], cookie: str
) -> tuple[int, str, str]:
    connection = http.client.HTTPConnection(
        "127.0.0.1", port, timeout=PATIENCE_SECONDS, source_address=(source, 0)
    )
    headers = {"Cookie": cookie} if cookie else {}
    if form:
        headers["Content-Type"] = "application/x-www-form-urlencoded"
    try:
        connection.request(method, path, urlencode(form) or None, headers)
        response = connection.getresponse()
        page = response.read().decode()
        return response.status, page, (response.getheader("Set-Cookie") or "").partition(";")[0]
    finally:
        connection.close()


def broken_promises(sent: Sequence[Sent]) -> list[str]:
    """I7: return what was acknowledged and is not there, and what is there by half or twice."""
    found = []
    for one, counts in _found(sent):
        if counts not in ({0}, {1}):
            found.append(f"{one.number} is there by half or twice: {counts}")
        elif one.status == KEPT and counts == {0}:
            found.append(f"{one.number} was acknowledged and is lost")
    return found


def kept_without_an_answer(sent: Sequence[Sent]) -> list[int]:
    """Return the numbers of what is there, though its sender was told nothing or "no"."""
    return [one.number for one, counts in _found(sent) if one.status != KEPT and counts != {0}]


def _found(sent: Sequence[Sent]) -> Iterator[tuple[Sent, set[int]]]:
    """Yield each form with how often its key, and each of its people, are in the database."""
    db.session.rollback()
    stored = set(db.session.scalars(sa.select(Submission.key_hash)))
    registered = Counter(
        (training_session_id, address)
        for training_session_id, address in db.session.execute(
            sa.select(Registration.training_session_id, Person.email).join(
                Person, Person.id == Registration.person_id
            )
        )
    )
    db.session.rollback()
    for one in sent:
        counts = {registered[one.training_session_id, address] for address in one.addresses}
        counts.add(int(hashlib.sha256(one.key.encode()).digest() in stored))
        yield one, counts


def wrong_rows(sent: Sequence[Sent]) -> list[str]:
    """Return all that is wrong with the books: broken promises, invariants, a damaged file."""
    found = broken_promises(sent) + [str(finding) for finding in audit(now=utc_now())]
    if db.engine.dialect.name == "sqlite":
        verdict = db.session.scalars(sa.text("PRAGMA integrity_check")).all()
        found += [str(line) for line in verdict if line != "ok"]
    db.session.rollback()
    return found
