"""What a plan that is being typed clashes with, before anybody saves it."""

from collections.abc import Iterator, Sequence

from flask import render_template
from flask.typing import ResponseReturnValue
from flask_babel import ngettext

from training.accounts.access import allows
from training.accounts.policy import Action
from training.clock import WallTimeError, wall_to_utc
from training.sessions.clash_queries import clashes_of_plan, described, venues_named
from training.sessions.forms import PlanForm
from training.sessions.meeting_form import MAX_LINE, MeetingForm
from training.sessions.rules.clashes import Sitting, key_of, still_open
from training.sessions.views.blueprint import bp
from training.sessions.views.planning import SEEN
from training.text import cleaned_line
from training.web.fields import LineField
from training.web.query import number_argument


@bp.post("/staff/sessions/clashes")
@allows(Action.SCHEDULE)
def clashes() -> ResponseReturnValue:
    """Answer the part of the form that says what is typed clashes with; write nothing.

    What is not typed yet, or wrong, clashes with nothing: saving says what is wrong.
    """
    form = PlanForm()
    training_session_id = number_argument("session")
    planned = list(_sittings(form, training_session_id))
    found = still_open(clashes_of_plan(planned, training_session_id=training_session_id))
    return render_template(
        "sessions/clash_fragment.html",
        form=form,
        clashes=described(found, my_timezone=form.timezone.data),
        seen=(SEEN, key_of(found)),
        is_seen=False,
        said=ngettext(
            "This clashes with %(num)s other entry; see below.",
            "This clashes with %(num)s other entries; see below.",
            len(found),
        )
        if found
        else "",
    )


def _sittings(form: PlanForm, training_session_id: int | None) -> Iterator[Sitting]:
    zone = form.timezone.zone
    if zone is None:
        return
    trainer_ids = frozenset(int(key) for key in form.trainer_ids.data if _is_key(key))
    rows: list[MeetingForm] = [row.form for row in form.meetings]
    venues = [_name(row.venue) for row in rows]
    venue_ids = _keys(venues)
    for row, venue in zip(rows, venues, strict=True):
        wall_start, wall_end = row.wall_start, row.wall_end
        if wall_start is None or wall_end is None:
            continue
        try:
            starts_at = wall_to_utc(wall_start, zone, fold=row.start_fold.fold)
            ends_at = wall_to_utc(wall_end, zone, fold=row.end_fold.fold)
        except WallTimeError:
            continue
        if starts_at < ends_at:
            yield Sitting(
                starts_at=starts_at,
                ends_at=ends_at,
                venue_id=venue_ids.get(venue),
                room=_name(row.room) if venue else "",
                trainer_ids=trainer_ids,
                training_session_id=training_session_id,
            )


def _name(field: LineField) -> str:
    return cleaned_line(field.data or "")[:MAX_LINE]


def _keys(names: Sequence[str]) -> dict[str, int]:
    """Return the keys of venues; one that is new can be taken only by other rows of this form."""
    new = {name: -number for number, name in enumerate(names, start=1) if name}
    return {**new, **venues_named(new)}


def _is_key(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= 9  # noqa: PLR2004 -- a key
