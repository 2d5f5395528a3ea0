"""The row of one meeting: its day, its times, and which of two when the clock shows one twice."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import Form, RadioField, SelectChoice
from wtforms.validators import Length
from wtforms.widgets import HiddenInput

from training.clock import Fold, WallTimeError, is_ambiguous, wall_to_utc
from training.sessions.fields import ClockField, DayField, JoinLinkField
from training.sessions.values import MeetingPlan
from training.web.fields import LineField, Required, WholeNumberField, sentence

#: What fits a column.
MAX_LINE = 200
MAX_LINK = 2000
MAX_KEY = 999_999_999
_FOLDS: Mapping[str, Fold] = {"0": 0, "1": 1}


class FoldField(RadioField):  # type: ignore[misc]  # WTForms publishes no types
    """Which of the two times is meant that the wall clock shows twice.

    Shown and asked for only while the time beside it is such a one.
    """

    is_asked = False

    def __init__(self, label: Any = None, **kwargs: Any) -> None:
        super().__init__(label, choices=["0", "1"], validate_choice=False, **kwargs)

    @property
    def fold(self) -> Fold | None:
        """What was chosen; None: nothing."""
        return _FOLDS.get(self.data or "")

    def ask(self, wall: datetime, zone: ZoneInfo) -> None:
        """Offer both instants at which the clock shows ``wall``."""
        self.is_asked = is_ambiguous(wall, zone)
        first, second = (
            wall.replace(tzinfo=zone, fold=fold).isoformat()[-6:] for fold in _FOLDS.values()
        )
        time = f"{wall:%H:%M}"
        self.choices = [
            SelectChoice("0", _("The first %(time)s (UTC%(offset)s)", time=time, offset=first)),
            SelectChoice("1", _("The second %(time)s (UTC%(offset)s)", time=time, offset=second)),
        ]


class MeetingForm(Form):  # type: ignore[misc]  # as above
    """When and where one meeting is."""

    #: Of the stored meeting that this row changes; empty: a new one.
    meeting_id = WholeNumberField(widget=HiddenInput(), least=1, most=MAX_KEY)
    day = DayField(_l("Day"), [Required(_l("Choose a day."))])
    start = ClockField(_l("From"), [Required(_l("When does it start?"))])
    start_fold = FoldField(_l("Which time does it start?"))
    end = ClockField(_l("Until"), [Required(_l("When does it end?"))])
    end_fold = FoldField(_l("Which time does it end?"))
    end_day = DayField(_l("Ends on"))
    venue = LineField(_l("Place"), [Length(max=MAX_LINE)])
    room = LineField(_l("Room"), [Length(max=MAX_LINE)])
    join_url = JoinLinkField(_l("Join link"), [Length(max=MAX_LINK)])

    @property
    def wall_start(self) -> datetime | None:
        """What the clock on the wall will say at the start; None: not known yet."""
        if self.day.value is None or self.start.value is None:
            return None
        return datetime.combine(self.day.value, self.start.value)

    @property
    def wall_end(self) -> datetime | None:
        """What it will say at the end, on the same day unless another is given."""
        day = self.end_day.value or self.day.value
        if day is None or self.end.value is None:
            return None
        return datetime.combine(day, self.end.value)

    def ask_folds(self, zone: ZoneInfo) -> None:
        """Show the choice of the first or the second, where a time occurs twice."""
        for wall, fold in ((self.wall_start, self.start_fold), (self.wall_end, self.end_fold)):
            if wall is not None:
                fold.ask(wall, zone)

    def check_times(self, zone: ZoneInfo) -> bool:
        """Find the instants that the wall times name; what is wrong is shown beside the field."""
        self.ask_folds(zone)
        starts_at = _instant(self.wall_start, zone, self.start, self.start_fold)
        ends_at = _instant(self.wall_end, zone, self.end, self.end_fold)
        is_placed = bool(self.venue.data) or not self.room.data
        if not is_placed:
            self.venue.errors = [*self.venue.errors, _("In which place is this room?")]
        if starts_at is None or ends_at is None:
            return False
        if ends_at <= starts_at:
            self.end.errors = [
                *self.end.errors,
                _("The end must be after the start. Does it end on another day?"),
            ]
            return False
        return is_placed

    def ends_at(self, zone: ZoneInfo) -> datetime:
        """Return when it ends, after that was checked."""
        assert self.wall_end is not None
        return wall_to_utc(self.wall_end, zone, fold=self.end_fold.fold)

    def to_plan(self, timezone: str) -> MeetingPlan:
        """Return what was typed, after it was checked."""
        wall_start, wall_end = self.wall_start, self.wall_end
        assert wall_start is not None
        assert wall_end is not None
        return MeetingPlan(
            wall_start=wall_start,
            wall_end=wall_end,
            timezone=timezone,
            start_fold=self.start_fold.fold,
            end_fold=self.end_fold.fold,
            venue=self.venue.data,
            room=self.room.data,
            join_url=self.join_url.data or None,
            meeting_id=self.meeting_id.value,
        )


def _instant(
    wall: datetime | None, zone: ZoneInfo, clock: ClockField, fold: FoldField
) -> datetime | None:
    if wall is None:
        return None
    try:
        return wall_to_utc(wall, zone, fold=fold.fold)
    except WallTimeError as error:
        control = fold if fold.is_asked else clock
        control.errors = [*control.errors, sentence(error)]
        return None


def blank_meeting() -> MeetingForm:
    """Return the row that a script adds: its names hold a mark instead of a number."""
    return MeetingForm(formdata=None, prefix="meetings-__index__-")
