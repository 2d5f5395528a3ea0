"""The columns of each kind of CSV file: ours, and those of files that we know from elsewhere."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from types import MappingProxyType

from training.errors import N_
from training.imports.errors import UnreadableFileError
from training.imports.values import Kind


@dataclass(frozen=True, kw_only=True, slots=True)
class Column:
    """One column of ours."""

    name: str
    #: What may stand there, for the page and the documentation.
    hint: str
    #: What stands in the rows of the template.
    examples: tuple[str, ...]
    is_required: bool = False


def _column(name: str, hint: str, *examples: str, is_required: bool = False) -> Column:
    return Column(name=name, hint=hint, examples=examples, is_required=is_required)


_TIMEZONE = N_("A place, such as Africa/Nairobi.")

COLUMNS: Mapping[Kind, tuple[Column, ...]] = MappingProxyType(
    {
        Kind.SESSIONS: (
            _column(
                "key",
                N_("What you call the session. The same key again is the same session."),
                *("safer-1", "safer-1", "care-7"),
                is_required=True,
            ),
            _column(
                "title",
                N_("At most 200 characters."),
                *("Safer livestreams", "", "Care for carers"),
                is_required=True,
            ),
            _column(
                "description",
                N_("Plain text; several lines are fine inside quotation marks."),
                *("What to do when a viewer is in danger.", "", ""),
            ),
            _column(
                "language",
                N_("A code such as en or pt-BR. Else: the language of this site."),
                *("en", "", "fr"),
            ),
            _column("course", N_("Short name in its address, or title."), "", "", ""),
            _column("campaign", N_("Short name in its address, or name."), "", "", ""),
            _column(
                "delivery",
                N_("in_person, online or hybrid. Else: by whether there is a venue and a link."),
                *("online", "", "in_person"),
            ),
            _column(
                "audience",
                N_("public, partners or invited. Else: public."),
                *("public", "", "partners"),
            ),
            _column("timezone", _TIMEZONE, "Africa/Nairobi", "", "Europe/Paris", is_required=True),
            _column(
                "start",
                N_(
                    "What the clock there shows: 2027-05-12 14:00 or 20270512T140000. "
                    "Where the clocks show it twice, with the offset: 2027-10-31 02:30+01:00."
                ),
                *("2027-05-12 14:00", "2027-05-13 14:00", "20270518T090000"),
                is_required=True,
            ),
            _column(
                "end",
                N_("As the start."),
                *("2027-05-12 15:30", "2027-05-13 15:30", "20270518T120000"),
                is_required=True,
            ),
            _column("venue", N_("A building."), "", "", "Town hall"),
            _column("room", N_("A room of the venue."), "", "", "Room 4"),
            _column(
                "join_url",
                N_("A link that begins with https://."),
                *("https://meet.example.org/safer", "https://meet.example.org/safer", ""),
            ),
            _column("capacity", N_("Seats. Else: as many as come."), "40", "", "25"),
            _column("waitlist", N_("Places in line. Else: as many as like to wait."), "", "", "10"),
            _column(
                "trainers",
                N_("E-mail addresses of people we know, with spaces or semicolons between them."),
                *("", "", ""),
            ),
            _column("status", N_("draft or published. Else: draft."), "draft", "", "draft"),
        ),
        Kind.ORGANIZATIONS: (
            _column(
                "name",
                N_("At most 200 characters."),
                *("Crisis Line Kenya", "Alliance for Youth"),
                is_required=True,
            ),
            _column(
                "slug",
                N_("Its short name in addresses: a-z, 0-9 and hyphens. Else: made from the name."),
                *("crisis-line-kenya", ""),
            ),
            _column(
                "domains",
                N_("Mail domains of its people, with spaces or semicolons between them."),
                *("crisisline.example.org", "youth.example.org; alliance.example.org"),
            ),
            _column("country", N_("Two letters, such as KE."), "KE", "FR"),
            _column("timezone", _TIMEZONE, "Africa/Nairobi", "Europe/Paris"),
            _column(
                "status", N_("active, suspended or closed. Else: active."), *("active", "active")
            ),
        ),
        Kind.PEOPLE: (
            _column(
                "name", N_("At most 200 characters."), "Amara Otieno", "Luc Morel", is_required=True
            ),
            _column(
                "email",
                N_("Who has none is known by name and organization."),
                *("amara@crisisline.example.org", ""),
            ),
            _column(
                "organization",
                N_("Short name or name of one that is here. Several: one row for each."),
                *("crisis-line-kenya", "Alliance for Youth"),
            ),
            _column(
                "role",
                N_("member or representative. Else: member."),
                *("representative", "member"),
            ),
            _column("timezone", _TIMEZONE, "Africa/Nairobi", ""),
            _column("locale", N_("A code such as en or pt-BR."), "en", "fr"),
        ),
        Kind.REGISTRATIONS: (
            _column(
                "session",
                N_("The key that it was imported with, or the number in its address."),
                *("safer-1", "safer-1"),
                is_required=True,
            ),
            _column(
                "name", N_("At most 200 characters."), "Amara Otieno", "Luc Morel", is_required=True
            ),
            _column(
                "email",
                N_("Who has none is known by name and organization."),
                *("amara@crisisline.example.org", ""),
            ),
            _column(
                "organization",
                N_("Short name or name of one that is here: you vouch for it."),
                *("crisis-line-kenya", "Alliance for Youth"),
            ),
        ),
    }
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Header:
    """Which cells of a row are what."""

    #: Our name of a column → its place.
    place_of: Mapping[str, int]
    #: Our name of a column → what the file calls it.
    label_of: Mapping[str, str]
    #: Whether it is a calendar kept by hand, whose words are others than ours.
    is_foreign: bool = False
    #: Names of known columns that nothing here is made of.
    unused: tuple[str, ...] = ()


#: Calendars of training events kept by hand, as TeSS harvests them: their names → ours. Those of
#: ``eligibility``, ``online``, ``url`` and ``city`` are made into others; None: not used.
_CALENDAR: Mapping[str, str | None] = MappingProxyType(
    {
        "title": "title",
        "url": "url",
        "description": "description",
        "start": "start",
        "end": "end",
        "timezone": "timezone",
        "eligibility": "eligibility",
        "online": "online",
        "city": "city",
        "venue": "venue",
        "capacity": "capacity",
        **dict.fromkeys(
            (
                *("contact", "organizer", "host institutions", "country", "postcode", "subtitle"),
                *("duration", "recognition", "types", "cost basis", "currency", "cost", "fields"),
                *("keywords", "audiences", "objectives", "prerequisites", "requirements"),
            )
        ),
    }
)
#: Our columns that are made of others: what is wrong with them is said of those.
_MADE_OF = MappingProxyType({"key": "url", "delivery": "online", "audience": "eligibility"})
_CALENDAR_NEEDS = frozenset({"title", "url", "start", "end", "timezone"})


def known_columns(kind: Kind, header: Sequence[str]) -> int:
    """Return how many columns of a header are known."""
    names = {column.name for column in COLUMNS[kind]}
    if kind is Kind.SESSIONS:
        names |= set(_CALENDAR)
    return sum(_folded(name) in names for name in header)


def read_header(kind: Kind, header: Sequence[str]) -> Header:
    """Find out which column is what.

    :raise UnreadableFileError: columns are missing, double or unknown; all are named.
    """
    names = [_folded(name) for name in header]
    if kind is Kind.SESSIONS and names_a_calendar(names):
        _refuse_doubles(header)
        return _of_calendar(names, header)
    _refuse_unknown(kind, header)
    _refuse_doubles(header)
    _refuse_missing(kind, names)
    return Header(
        place_of={name: place for place, name in enumerate(names) if name},
        label_of={name: name for name in names if name},
    )


def _of_calendar(names: Sequence[str], header: Sequence[str]) -> Header:
    ours = [(_CALENDAR[name], label) for name, label in zip(names, header, strict=True) if name]
    label_of = {name: label for name, label in ours if name is not None}
    made = {name: label_of[of] for name, of in _MADE_OF.items() if of in label_of}
    return Header(
        place_of={
            name: place
            for place, label in enumerate(header)
            for name, of in label_of.items()
            if of == label
        },
        label_of=label_of | made,
        is_foreign=True,
        unused=tuple(label for name, label in ours if name is None),
    )


def names_a_calendar(names: Sequence[str]) -> bool:
    """Tell whether a header is that of a calendar kept by hand."""
    return {*names} - {""} <= set(_CALENDAR) and set(names) >= _CALENDAR_NEEDS


def _folded(name: str) -> str:
    return " ".join(name.casefold().split())


def _refuse_unknown(kind: Kind, header: Sequence[str]) -> None:
    known = [column.name for column in COLUMNS[kind]]
    unknown = [name for name in header if name and _folded(name) not in known]
    if not unknown:
        return
    near = {close for name in unknown for close in get_close_matches(_folded(name), known, n=1)} - {
        _folded(name) for name in header
    }
    if near:
        raise UnreadableFileError(
            N_(
                "Unknown columns: %(names)s. Are these meant: %(near)s? "
                "All that can be read: %(known)s."
            ),
            names=_listed(unknown),
            near=", ".join(sorted(near)),
            known=", ".join(known),
        )
    raise UnreadableFileError(
        N_("Unknown columns: %(names)s. All that can be read: %(known)s."),
        names=_listed(unknown),
        known=", ".join(known),
    )


def _refuse_doubles(header: Sequence[str]) -> None:
    counted = Counter(_folded(name) for name in header if name)
    double = [name for name, count in counted.items() if count > 1]
    if double:
        raise UnreadableFileError(
            N_("Columns that stand there more than once: %(names)s."), names=_listed(double)
        )


def _refuse_missing(kind: Kind, names: Sequence[str]) -> None:
    needed = [column.name for column in COLUMNS[kind] if column.is_required]
    missing = [name for name in needed if name not in names]
    if missing:
        raise UnreadableFileError(
            N_("Columns that are missing: %(names)s."), names=_listed(missing)
        )


#: Of names that somebody else chose, so many are repeated, and so much of each.
_MOST_LISTED, _MOST_QUOTED = 10, 60


def _listed(names: Sequence[str]) -> str:
    shown = [f"“{name[:_MOST_QUOTED]}”" for name in names[:_MOST_LISTED]]
    return ", ".join([*shown, *["…"][: len(names) - len(shown)]])
