"""What stands now beside what was typed, after two people changed one session."""

from flask_babel import gettext as _

from training.sessions.queries import Choices
from training.sessions.values import MeetingPlan, SessionPlan
from training.sessions.words import audience_label
from training.text import joined
from training.web.filters import delivery_label, language_name
from training.web.shown import Difference, differing


def differences(stored: SessionPlan, typed: SessionPlan, choices: Choices) -> list[Difference]:
    """Return what differs, in the order of the form."""
    return differing(_described(stored, choices), _described(typed, choices))


def _described(plan: SessionPlan, choices: Choices) -> list[tuple[str, str]]:
    trainers = {trainer.person_id: trainer.name for trainer in choices.trainers}
    return [
        (_("Title"), plan.title),
        (_("Description"), plan.description),
        (_("For whom it is"), plan.for_whom),
        (_("Accessibility"), plan.accessibility),
        (_("Course"), dict(choices.courses).get(plan.course_id or 0, "")),
        (_("Campaign"), dict(choices.campaigns).get(plan.campaign_id or 0, "")),
        (_("Language"), language_name(plan.language)),
        (_("How people take part"), delivery_label(plan.delivery)),
        (_("Who may register"), audience_label(plan.audience)),
        (_("Time zone"), plan.timezone),
        (_("Meetings"), "\n".join(_meeting(meeting) for meeting in _in_order(plan))),
        (_("Registration opens"), _wall(plan.registration_opens)),
        (_("Registration closes"), _wall(plan.registration_closes)),
        (_("Registration paused"), _("Yes") if plan.registration_paused else _("No")),
        (
            _("Trainers"),
            ", ".join(sorted(trainers.get(one, "") for one in plan.trainer_ids)),
        ),
    ]


def _in_order(plan: SessionPlan) -> list[MeetingPlan]:
    return sorted(plan.meetings, key=lambda meeting: meeting.wall_start)


def _meeting(meeting: MeetingPlan) -> str:
    times = f"{meeting.wall_start:%Y-%m-%d %H:%M} – {meeting.wall_end:%H:%M}"
    if meeting.wall_end.date() != meeting.wall_start.date():
        times = f"{meeting.wall_start:%Y-%m-%d %H:%M} – {meeting.wall_end:%Y-%m-%d %H:%M}"
    return joined(times, meeting.room, meeting.venue, meeting.join_url)


def _wall(wall: object) -> str:
    return f"{wall:%Y-%m-%d %H:%M}" if wall else ""
