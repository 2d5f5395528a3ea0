"""What every measure needs: the site, what is on it, its server, and the reference."""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from itertools import count

import sqlalchemy as sa

from benchmarks import load, served
from benchmarks.browser import Browser
from benchmarks.load import Answered, LoadError
from benchmarks.processes import Server
from benchmarks.site import Site
from benchmarks.world import World
from benchmarks.world.living import PASSWORD
from training.db import db

#: Name of a figure → what was measured in one round.
Figures = Mapping[str, float]

CLIENTS = 8
#: How far the size of answers may lie from that of the one that was looked at.
_OCTETS_APART = 0.15


class Bench:
    """A site that is served, ready to be measured."""

    def __init__(
        self, site: Site, world: World, server: Server, reference: Server, *, seconds: float
    ) -> None:
        self.site, self.world, self.server, self.reference = site, world, server, reference
        self.seconds = seconds
        self._numbers = count(1)
        #: Sessions that nobody stormed yet.
        self.storms = iter(world.storms)

    @property
    def host(self) -> str:
        return self.server.host

    def next_number(self) -> int:
        """Return a number that nobody got before."""
        return next(self._numbers)

    @cache  # noqa: B019 -- lives as long as the run
    def signed_in(self, email: str) -> Browser:
        """Return a browser in which somebody is signed in."""
        browser = Browser(self.site.port)
        browser.sign_in(email, PASSWORD)
        return browser

    def get(
        self,
        paths: Sequence[str],
        headers: Mapping[str, str] | None = None,
        *,
        expect: int = 200,
        clients: int = CLIENTS,
    ) -> Figures:
        """Measure pages; the first is looked at before."""
        browser = Browser(self.site.port)
        looked_at = browser.ask(
            "GET", paths[0], expect=expect, headers={"Accept-Encoding": "gzip", **(headers or {})}
        )
        requests = [load.get(self.host, path, headers) for path in paths]
        figures, answered = self.measure(requests, clients=clients)
        head = sum(len(name) + len(value) + 4 for name, value in looked_at.headers.items())
        octets = len(looked_at.body) + head
        if abs(answered.octets / answered.requests - octets) > _OCTETS_APART * octets + 100:
            raise LoadError(
                f"{paths[0]}: answers of {answered.octets / answered.requests:.0f} octets, and "
                f"the one that was looked at had {octets}"
            )
        return figures

    def measure(
        self, requests: Sequence[bytes], *, clients: int = CLIENTS, once: bool = False
    ) -> tuple[Figures, Answered]:
        """Send requests to the site's server; every answer must be a good one."""
        return measure(self.server, requests, clients=clients, seconds=self.seconds, once=once)

    def scalar(self, statement: sa.Select[int]) -> int:
        """Ask the database for a number, beside the server."""
        with self.site.app.app_context():
            number = db.session.scalar(statement) or 0
            db.session.remove()
        return number

    def joined(self) -> int:
        """Return how often the server has joined a feed."""
        return served.joined(self.site.folder)


Measure = Callable[[Bench], Figures]


def measure(
    server: Server, requests: Sequence[bytes], *, clients: int, seconds: float, once: bool = False
) -> tuple[Figures, Answered]:
    """Send requests to a server, and return what they cost it.

    :raise LoadError: something was refused or broke: then it measured something else.
    """
    before = server.cpu_seconds()
    answered = load.send(server.port, requests, clients=clients, seconds=seconds, once=once)
    used = server.cpu_seconds() - before
    if answered.refused or answered.broken:
        raise LoadError(f"{answered.refused} answers were refusals, {answered.broken} broke")
    figures = {
        "rps": answered.per_second,
        "cpu_ms": used / answered.requests * 1000,
        "p50_ms": answered.p50_ms,
        "p99_ms": answered.p99_ms,
        "worst_ms": answered.worst_ms,
    }
    return figures, answered
