"""Pages that are read: what is on, one session, its form, and one of staff's."""

from benchmarks.browser import Browser
from benchmarks.rows.bench import Bench, Figures
from benchmarks.world.living import COORDINATOR

LIST = "/sessions/"
#: The page of staff that stands for their dashboard until there is one.
STAFF = "/staff/schedule/"
#: Pages of a list that are told apart by where they begin: more than a process keeps.
_BEGINNINGS = 300
_GZIP = {"Accept-Encoding": "gzip"}


def rendered_list(bench: Bench) -> Figures:
    """Measure the list of 200 sessions where no process has kept the page."""
    # Each begins after another position, all of which lie before the first session.
    start = bench.next_number() * _BEGINNINGS
    return bench.get([f"{LIST}?after={start + n}-1" for n in range(_BEGINNINGS)])


def kept_list(bench: Bench) -> Figures:
    """Measure the same list where nothing changed."""
    return bench.get([LIST])


def unchanged_list(bench: Bench) -> Figures:
    """Measure the same for whoever has it already."""
    return bench.get([LIST], _condition(bench, LIST), expect=304)


def session_page(bench: Bench) -> Figures:
    """Measure the pages of 200 sessions in turn, of which a process keeps those that it made."""
    return bench.get([page.path for page in bench.world.pages])


def form(bench: Bench) -> Figures:
    """Measure the form of each session, as who comes for the first time opens it."""
    return bench.get(
        [f"/sessions/{page.training_session_id}/register" for page in bench.world.pages]
    )


def staff_page(bench: Bench) -> Figures:
    """Measure the schedule, as a coordinator opens it."""
    return bench.get([STAFF], bench.signed_in(COORDINATOR).cookie)


def _condition(bench: Bench, path: str) -> dict[str, str]:
    answer = Browser(bench.site.port).ask("GET", path, expect=200, headers=_GZIP)
    return {"If-None-Match": answer.headers["etag"]}
