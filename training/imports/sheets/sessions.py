"""Sessions: one row for each meeting, those of one session under one key."""

from collections.abc import Iterable, Iterator, Sequence
from zoneinfo import ZoneInfo

from training.errors import N_, DomainError
from training.imports.cells import Cells
from training.imports.errors import BadCellError
from training.imports.sheets.parts import Context, Item, refuse_double, refused
from training.imports.values import SessionDraft
from training.sessions.fields import is_web_address
from training.sessions.rules import meeting_times
from training.sessions.values import (
    Audience,
    Delivery,
    MeetingPlan,
    SeatPlan,
    SessionPlan,
    SessionStatus,
)

#: The calendars that rows come from, for telling sessions of one key apart.
OURS, FOREIGN = "csv", "calendar"

MAX_KEY = 128
MAX_SEATS = 100_000
MAX_URL = 2_000
MOST_MEETINGS = 53
#: What further rows of a session may say; the rest they leave empty, or repeat.
_OF_MEETINGS = frozenset({"key", "timezone", "start", "end", "venue", "room", "join_url"})


def read(rows: Iterable[Cells], context: Context) -> Iterator[Item]:
    """Yield the sessions of a file, in the order of their first rows."""
    groups: dict[str, list[Cells]] = {}
    for cells in rows:
        key = cells.line("key", most=MAX_KEY, is_required=True)
        # Without a key, a row is nobody's: it is refused by itself.
        groups.setdefault(key or f"\n{cells.number}", []).append(cells)
    for key, group in groups.items():
        yield _session(key.strip(), group, context)


def _session(key: str, group: Sequence[Cells], context: Context) -> Item:
    first = group[0]
    _refuse_contradictions(group, context)
    title = first.line("title", is_required=True)
    zone = first.zone("timezone", is_required=True)
    meetings = [_meeting(cells, zone) for cells in group]
    plan = SessionPlan(
        title=title,
        description=first.text("description"),
        language=first.language("language", default=context.locale),
        delivery=first.word("delivery", Delivery, _delivery(meetings)),
        audience=first.word("audience", Audience, Audience.PUBLIC),
        timezone=zone.key if zone else "UTC",
        meetings=tuple(meeting for meeting in meetings if meeting is not None),
    )
    seats = SeatPlan(
        capacity=first.number_of("capacity", least=1, most=MAX_SEATS),
        waitlist_capacity=first.number_of("waitlist", least=0, most=MAX_SEATS),
    )
    status = _status(first)
    course, campaign = first.line("course"), first.line("campaign")
    trainers = first.emails("trainers")
    name = title or key
    if any(cells.problems for cells in group):
        return refused(group, name)
    return SessionDraft(
        row=first.number,
        rows=tuple(cells.number for cells in group),
        name=name,
        detail=_when(plan),
        says=frozenset[str]().union(*(cells.says for cells in group)),
        cleaned=tuple(dict.fromkeys(column for cells in group for column in cells.cleaned)),
        source=FOREIGN if context.is_foreign else OURS,
        key=key,
        plan=plan,
        seats=seats,
        status=status,
        course=course,
        campaign=campaign,
        trainers=trainers,
    )


def _refuse_contradictions(group: Sequence[Cells], context: Context) -> None:
    """Refuse what later rows of a session say otherwise than its first one."""
    first, *others = group
    if len(group) > MOST_MEETINGS:
        first.refuse(
            "key", BadCellError(N_("A session has at most %(most)s meetings."), most=MOST_MEETINGS)
        )
    for cells in others:
        if context.is_foreign:
            refuse_double(cells, "url", first.number)
            continue
        for column in sorted(cells.says - _OF_MEETINGS):
            if cells.raw(column) != first.raw(column):
                cells.refuse(
                    column,
                    BadCellError(
                        N_(
                            "Row %(row)s of the same session says something else. Leave this "
                            "empty in further rows, or repeat what stands there."
                        ),
                        row=first.number,
                    ),
                )


def _meeting(cells: Cells, zone: ZoneInfo | None) -> MeetingPlan | None:
    starts, ends = cells.wall("start", zone), cells.wall("end", zone)
    venue, room = cells.line("venue"), cells.line("room")
    join_url = cells.line("join_url", most=MAX_URL)
    if room and not venue:
        cells.refuse("room", BadCellError(N_("A room needs its venue.")))
    if join_url and not is_web_address(join_url):
        cells.refuse(
            "join_url", BadCellError(N_("This is no link that begins with https:// or http://."))
        )
    if starts is None or ends is None or zone is None:
        return None
    plan = MeetingPlan(
        wall_start=starts[0],
        start_fold=starts[1],
        wall_end=ends[0],
        end_fold=ends[1],
        timezone=zone.key,
        venue=venue,
        room=room,
        join_url=join_url or None,
    )
    try:
        meeting_times([plan])
    except DomainError as error:  # it ends before it starts
        cells.refuse("end", error)
    return plan


def _when(plan: SessionPlan) -> str:
    starts = [f"{meeting.wall_start:%Y-%m-%d %H:%M}" for meeting in plan.meetings]
    return f"{', '.join(starts)} ({plan.timezone})"


def _delivery(meetings: Sequence[MeetingPlan | None]) -> Delivery:
    """Return how people take part, where the file does not say it but shows it."""
    planned = [meeting for meeting in meetings if meeting is not None]
    has_venue = any(meeting.venue for meeting in planned)
    if not has_venue:
        return Delivery.ONLINE
    return Delivery.HYBRID if any(meeting.join_url for meeting in planned) else Delivery.IN_PERSON


def _status(cells: Cells) -> SessionStatus:
    status = cells.word("status", SessionStatus, SessionStatus.DRAFT)
    if status is SessionStatus.CANCELLED:
        cells.refuse(
            "status", BadCellError(N_("A file cannot cancel a session: cancel it on its page."))
        )
    return status
