"""Time zones in forms: a field, and names for people who look for one."""

import re
from difflib import get_close_matches
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from wtforms.validators import StopValidation

from training.clock import UnknownZoneError, find_zone, utc_now, zone_names
from training.web.fields import LineField

#: Where people live; what else the zone data knows are aliases and relics.
_AREAS = (
    "Africa/",
    "America/",
    "Antarctica/",
    "Arctic/",
    "Asia/",
    "Atlantic/",
    "Australia/",
    "Europe/",
    "Indian/",
    "Pacific/",
)
_OFFSET = re.compile(r"(?:utc|gmt)? ?([+-])([0-9]{1,2})(?::?([0-9]{2}))?")
#: How many names a person is offered.
MOST = 3


@cache
def offered_zones() -> tuple[str, ...]:
    """Return the names that a person may choose from: places, and UTC."""
    return ("UTC", *sorted(name for name in zone_names() if name.startswith(_AREAS)))


def nearest_zones(typed: str) -> list[str]:
    """Return up to three names like one that is none, the nearest first.

    For an offset, such as "UTC+2", places whose clocks show it now.
    """
    typed = typed[:64]
    if offset := _OFFSET.fullmatch(typed.strip().lower()):
        return _zones_at(offset)
    wanted = typed.casefold().replace(" ", "_")
    full = {name.casefold(): name for name in offered_zones()}
    by_city = {name.rpartition("/")[2]: original for name, original in full.items()}
    near = [full[name] for name in get_close_matches(wanted, full, n=MOST, cutoff=0.6)]
    city = wanted.rpartition("/")[2]
    near_cities = [by_city[name] for name in get_close_matches(city, by_city, n=MOST, cutoff=0.75)]
    return list(dict.fromkeys([*near_cities, *near]))[:MOST]


def _zones_at(offset: re.Match[str]) -> list[str]:
    sign, hours, minutes = offset.groups()
    seconds = (int(hours) * 60 + int(minutes or 0)) * (-60 if sign == "-" else 60)
    now = utc_now()
    found = (
        name
        for name in offered_zones()
        if (shift := now.astimezone(find_zone(name)).utcoffset()) is not None
        and shift.total_seconds() == seconds
    )
    return [name for _number, name in zip(range(MOST), found, strict=False)]


class TimeZoneField(LineField):
    """The IANA name of a zone, or an alias of one."""

    @property
    def zone(self) -> ZoneInfo | None:
        """The zone of that name; None: there is none."""
        try:
            return find_zone(self.data or "")
        except UnknownZoneError:
            return None

    def pre_validate(self, form: Any) -> None:
        super().pre_validate(form)
        if self.data and self.zone is None:
            raise StopValidation(_unknown_zone(self.data))


def _unknown_zone(typed: str) -> str:
    near = nearest_zones(typed)
    if not near:
        return str(_("There is no time zone of this name. Type a place, such as Africa/Nairobi."))
    return str(
        _("There is no time zone of this name. The nearest are: %(names)s.", names=", ".join(near))
    )
