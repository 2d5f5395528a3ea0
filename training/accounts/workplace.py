"""What every page of the workplaces (staff, trainers, representatives) has around it."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from flask import current_app, render_template

from training.accounts.access import signed_in
from training.accounts.values import SignedIn

#: Pages of other features that the ways below and links here and there lead to.
SCHEDULE, OWN_SESSIONS, PEOPLE = "sessions.schedule", "attendance.sessions", "staff.people"
#: Where staff begin.
DASHBOARD = "staff.dashboard"


@dataclass(frozen=True, slots=True)
class Way:
    """One entry of the navigation."""

    label: str
    url: str
    #: What a page says that hangs under it; most often the endpoint.
    key: str


#: Says which ways a feature offers to whoever is signed in. ``app.extensions["ways"]``, in order.
Ways = Callable[[SignedIn], Iterable[Way]]


def render_workplace(template: str, *, current: str | None = None, **values: object) -> str:
    """Render a page that extends ``layouts/app.html``.

    :param current: the key of the way that this page hangs under.
    """
    navigation = [(way.label, way.url, way.key == current) for way in ways()]
    return render_template(template, navigation=navigation, **values)


def ways() -> Iterator[Way]:
    """Yield where whoever is signed in can go; the first is where they work."""
    offered: Sequence[Ways] = current_app.extensions["ways"]
    who = signed_in()
    for offer in offered:
        yield from offer(who)
