"""Pages that are read: what is on, one session, its form, and those of staff."""

from benchmarks.browser import Browser
from benchmarks.rows.bench import Bench, Figures
from benchmarks.world.living import COORDINATOR

LIST = "/sessions/"
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


def dashboard(bench: Bench) -> Figures:
    """Measure the first page of staff, as a coordinator opens it."""
    return _of_staff(bench, ["/staff/"])


def schedule(bench: Bench) -> Figures:
    """Measure the schedule, as it begins."""
    return _of_staff(bench, ["/staff/schedule/"])


def roster(bench: Bench) -> Figures:
    """Measure the rosters of the sessions that are held right now, of 200 people each."""
    return _of_staff(
        bench, [f"/staff/sessions/{one.training_session_id}" for one in bench.world.classes]
    )


def _of_staff(bench: Bench, paths: list[str]) -> Figures:
    return bench.get(paths, bench.signed_in(COORDINATOR).cookie)


def _condition(bench: Bench, path: str) -> dict[str, str]:
    answer = Browser(bench.site.port).ask("GET", path, expect=200, headers=_GZIP)
    return {"If-None-Match": answer.headers["etag"]}
