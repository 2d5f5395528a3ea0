"""Eventbrite's lists of events: JSON in, sessions to make out. Reads no clock and no database.

Format: https://www.eventbrite.com/platform/api#/reference/event. Of each event these fields are
read, and every one of them must be there, so that a renamed field is noticed: ``id``, ``name``,
``description``, ``start``, ``end``, ``status``, ``capacity``, ``locale``, ``online_event``,
``listed``, ``invite_only`` and ``privacy_setting``.
"""

import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from training.clock import (
    Fold,
    UnknownZoneError,
    find_zone,
    is_ambiguous,
    utc_to_wall,
    wall_to_utc,
)
from training.errors import N_, DomainError
from training.imports.cleaning import cleaned_noting, refuse_unfit_title
from training.imports.errors import UnfitEventError, UnknownFormatError, WrongZoneDataError
from training.imports.values import ImportedSession, Refused
from training.sessions.values import (
    Audience,
    Delivery,
    ExternalKey,
    MeetingPlan,
    SeatPlan,
    SessionPlan,
    SessionStatus,
)
from training.strict_json import JsonValue
from training.text import (
    MAX_LONG_TEXT,
    cleaned_line,
    cleaned_lines,
)

SOURCE = "eventbrite"
MAX_KEY = 128
#: More seats than any room or video call has.
MAX_CAPACITY = 100_000
#: Earlier and later is a mistake; and at the ends of Python's calendar, zones do not work.
YEARS = range(1970, 2101)

STATUS_OF = {
    "draft": SessionStatus.DRAFT,
    "live": SessionStatus.PUBLISHED,
    "started": SessionStatus.PUBLISHED,
    "ended": SessionStatus.PUBLISHED,
    "completed": SessionStatus.PUBLISHED,
    "canceled": SessionStatus.CANCELLED,
}

_KEY = re.compile(r"[0-9A-Za-z_-]+")
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}")
_LOCALE = re.compile(r"([a-z]{2,3})(?:[_-]([A-Z]{2}|[0-9]{3}))?")
#: Longest piece of somebody else's text that we repeat in a refusal.
_MAX_QUOTED = 60

Event = dict[str, JsonValue]


def events_of(document: JsonValue) -> list[JsonValue]:
    """Return the events of one file: an events list, or a list of such pages.

    :raise UnknownFormatError: it is something else.
    """
    pages = document if isinstance(document, list) and document else [document]
    events: list[JsonValue] = []
    for page in pages:
        listed = page.get("events") if isinstance(page, dict) else None
        if not isinstance(listed, list):
            raise UnknownFormatError
        events += listed
    return events


def read_events(events: Sequence[JsonValue], *, file: str) -> list[ImportedSession | Refused]:
    """Turn events into sessions, in their order; what cannot be taken says why.

    :param file: names the file where an event has no usable name of its own.
    """
    read: list[ImportedSession | Refused] = []
    for number, event in enumerate(events, start=1):
        name = f"{file}, event {number}"
        try:
            if not isinstance(event, dict):
                raise UnfitEventError(N_("It is not an object."))
            name = key = _key(event)
            read.append(_session(key, event))
        except DomainError as error:
            read.append(Refused(name=name, reason=error))
    return read


def _session(key: str, event: Event) -> ImportedSession:
    cleaned: list[str] = []
    title = _title(event, cleaned)
    description = _description(event, cleaned)
    meeting = _meeting(event)
    return ImportedSession(
        external=ExternalKey(source=SOURCE, key=key),
        plan=SessionPlan(
            title=title,
            description=description,
            language=_language(event),
            delivery=Delivery.ONLINE if _flag(event, "online_event") else Delivery.IN_PERSON,
            audience=_audience(event),
            timezone=meeting.timezone,
            meetings=(meeting,),
        ),
        seats=SeatPlan(capacity=_capacity(event)),
        status=_status(event),
        cleaned=tuple(cleaned),
    )


def _field(event: Event, name: str, *, within: str = "") -> JsonValue:
    if name not in event:
        raise UnfitEventError(N_('The field "%(field)s" is missing.'), field=f"{within}{name}")
    return event[name]


def _text(event: Event, name: str, *, within: str = "") -> str:
    return _string(_field(event, name, within=within), f"{within}{name}")


def _string(value: JsonValue, name: str) -> str:
    if not isinstance(value, str):
        raise UnfitEventError(N_('The field "%(field)s" is not text.'), field=name)
    return value


def _object(event: Event, name: str) -> Event:
    value = _field(event, name)
    if not isinstance(value, dict):
        raise UnfitEventError(N_('The field "%(field)s" is not an object.'), field=name)
    return value


def _flag(event: Event, name: str) -> bool:
    value = _field(event, name)
    if not isinstance(value, bool):
        raise UnfitEventError(N_('The field "%(field)s" is neither true nor false.'), field=name)
    return value


def _key(event: Event) -> str:
    key = _text(event, "id")
    if len(key) > MAX_KEY or not _KEY.fullmatch(key):
        raise _unusable("id", key)
    return key


def _title(event: Event, cleaned: list[str]) -> str:
    text = _text(_object(event, "name"), "text", within="name.")
    title = _clean(text, cleaned_line, "title", cleaned)
    refuse_unfit_title(title)
    return title


def _description(event: Event, cleaned: list[str]) -> str:
    if _field(event, "description") is None:
        return ""
    value = _field(_object(event, "description"), "text", within="description.")
    text = "" if value is None else _string(value, "description.text")
    description = _clean(text, cleaned_lines, "description", cleaned)
    if len(description) > MAX_LONG_TEXT:
        raise UnfitEventError(
            N_("The description has %(length)s characters; at most %(limit)s can be kept."),
            length=len(description),
            limit=MAX_LONG_TEXT,
        )
    return description


def _clean(text: str, clean: Callable[[str], str], name: str, cleaned: list[str]) -> str:
    """Clean a text, and note its name if a form would have refused what stands in it."""
    kept, is_cleaned = cleaned_noting(text, clean)
    if is_cleaned:
        cleaned.append(name)
    return kept


def _language(event: Event) -> str:
    locale = _text(event, "locale")
    found = _LOCALE.fullmatch(locale)
    if found is None:
        raise _unusable("locale", locale)
    return "-".join(part for part in found.groups() if part)


def _audience(event: Event) -> Audience:
    """Whatever keeps an event out of Eventbrite's own listings keeps it out of ours."""
    is_listed = _flag(event, "listed")
    is_for_invited = _flag(event, "invite_only")
    privacy = _text(event, "privacy_setting")
    is_open = is_listed and not is_for_invited and privacy == "unlocked"
    return Audience.PUBLIC if is_open else Audience.INVITED


def _capacity(event: Event) -> int | None:
    capacity = _field(event, "capacity")
    if capacity is None:
        return None
    # A bool is an int to Python.
    if not isinstance(capacity, int) or isinstance(capacity, bool):
        raise UnfitEventError(N_("The capacity is not a whole number."))
    if not 1 <= capacity <= MAX_CAPACITY:
        raise UnfitEventError(
            N_("The capacity is %(capacity)s; it must be from 1 to %(limit)s."),
            capacity=capacity,
            limit=MAX_CAPACITY,
        )
    return capacity


def _status(event: Event) -> SessionStatus:
    status = _text(event, "status")
    if status not in STATUS_OF:
        raise _unusable("status", status)
    return STATUS_OF[status]


def _meeting(event: Event) -> MeetingPlan:
    starts, ends = _object(event, "start"), _object(event, "end")
    zone = _zone(_text(starts, "timezone", within="start."))
    if _text(ends, "timezone", within="end.") != zone.key:
        raise UnfitEventError(N_("It starts in one time zone and ends in another."))
    wall_start, start_fold, starts_at = _time(starts, zone, within="start.")
    wall_end, end_fold, ends_at = _time(ends, zone, within="end.")
    if ends_at <= starts_at:
        raise UnfitEventError(N_("The end must be after the start."))
    return MeetingPlan(
        wall_start=wall_start,
        start_fold=start_fold,
        wall_end=wall_end,
        end_fold=end_fold,
        timezone=zone.key,
    )


def _zone(name: str) -> ZoneInfo:
    try:
        return find_zone(name)
    except UnknownZoneError as error:
        raise _unusable("start.timezone", name) from error


def _time(end: Event, zone: ZoneInfo, *, within: str) -> tuple[datetime, Fold | None, datetime]:
    """Return what the wall clock shows, which time it is if it shows that twice, and the instant.

    :raise WallTimeError: the clocks skip the local time.
    :raise WrongZoneDataError: by our rule it is another instant than the source's.
    """
    local = _text(end, "local", within=within)
    utc = _text(end, "utc", within=within)
    wall = _moment(local, f"{within}local", suffix="")
    instant = _moment(utc, f"{within}utc", suffix="Z").replace(tzinfo=UTC)
    # Only the source's own instant can tell which of two equal wall times is meant.
    fold = utc_to_wall(instant, zone)[1] if is_ambiguous(wall, zone) else None
    ours = wall_to_utc(wall, zone, fold=fold)
    if ours != instant:
        raise WrongZoneDataError(
            local=local, zone=zone.key, ours=f"{ours:%Y-%m-%dT%H:%M:%SZ}", theirs=utc
        )
    return wall, fold, instant


def _moment(text: str, name: str, *, suffix: str) -> datetime:
    digits = text.removesuffix(suffix)
    try:
        moment = datetime.fromisoformat(digits) if _MOMENT.fullmatch(digits) else None
    except ValueError:  # a 13th month
        moment = None
    if moment is None or moment.year not in YEARS or text != f"{digits}{suffix}":
        raise _unusable(name, text)
    return moment


def _unusable(name: str, text: str) -> UnfitEventError:
    """Refuse a value and repeat it, in characters that do no harm on a terminal."""
    value = ascii(text[:_MAX_QUOTED]) + ("…" if len(text) > _MAX_QUOTED else "")
    return UnfitEventError(
        N_('The field "%(field)s" says %(value)s, which cannot be used.'), field=name, value=value
    )
