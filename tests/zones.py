"""Zone data of another year: zones that keep other clocks for the length of a test."""

import zoneinfo
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib import resources
from pathlib import Path

from training.web import times

CASABLANCA = "Africa/Casablanca"


@contextmanager
def zone_data(folder: Path, like: Mapping[str, str]) -> Iterator[None]:
    """Have zones keep the clocks of others, as if a release of the zone data said so.

    :param folder: empty; the data are written there.
    :param like: a zone → the one whose clocks it keeps.
    """
    for name, other in like.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(resources.files("tzdata.zoneinfo").joinpath(other).read_bytes())
    zoneinfo.reset_tzpath(to=[str(folder)])
    _forget()
    try:
        yield
    finally:
        zoneinfo.reset_tzpath(to=())
        _forget()


def _forget() -> None:
    zoneinfo.ZoneInfo.clear_cache()
    times.moment.cache_clear()
    times.clock.cache_clear()
