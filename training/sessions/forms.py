"""Forms of sessions: what staff type, turned into plans."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    FormField,
    RadioField,
    SelectChoice,
    SelectField,
    SelectMultipleField,
)
from wtforms.validators import Length
from wtforms.widgets import CheckboxInput, HiddenInput, ListWidget

from training.clock import WallTimeError, find_zone, utc_to_wall, wall_to_utc
from training.errors import DomainError
from training.sessions.errors import ClashReasonMissingError
from training.sessions.fields import (
    MAX_ACCESSIBILITY,
    MAX_FOR_WHOM,
    SeatFields,
    WallTimeField,
    is_language,
)
from training.sessions.meeting_form import MAX_KEY, MAX_LINE, MeetingForm
from training.sessions.queries import Choices
from training.sessions.rules import meeting_times
from training.sessions.values import Audience, Delivery, MeetingPlan, SessionPlan
from training.sessions.words import audience_label
from training.text import MAX_NAME
from training.web.fields import (
    AppForm,
    EmailAddressField,
    LineField,
    LongTextField,
    Required,
    WholeNumberField,
    sentence,
)
from training.web.filters import delivery_label, language_name
from training.web.rows import RowsField
from training.web.zones import TimeZoneField

#: How long before a session its registration may close, in hours: two months.
MOST_HOURS = 24 * 61
#: Characters in which one says why something is saved although it clashes.
MAX_CLASH_REASON = 500
#: Meetings of one session; a course of a year, once a week, fits.
MOST_MEETINGS = 53

#: Languages that a session can be held in, by their BCP 47 tags; what is stored else is kept.
LANGUAGES = (
    *("am", "ar", "bg", "bn", "cs", "da", "de", "el", "en", "es", "et", "fa", "fi", "fr", "ha"),
    *("he", "hi", "hr", "hu", "id", "it", "ja", "km", "ko", "lt", "lv", "ms", "my", "nb", "ne"),
    *("nl", "pl", "pt", "pt-BR", "ro", "ru", "si", "sk", "sl", "so", "sr", "sv", "sw", "ta", "th"),
    *("tl", "tr", "uk", "ur", "uz", "vi", "yo", "zh", "zu"),
)


class PlanForm(AppForm):
    """What a session is, when, where, by whom and for whom."""

    title = LineField(_l("Title"), [Required(_l("Give it a title.")), Length(max=MAX_LINE)])
    description = LongTextField(
        _l("What people will be able to do afterwards"),
        description=_l(
            "Plain text. An empty line begins a paragraph, a line that begins with “- ” a list."
        ),
    )
    for_whom = LineField(
        _l("For whom it is"),
        [Length(max=MAX_FOR_WHOM)],
        description=_l("One or two sentences. Empty: what the course says."),
    )
    course_id = SelectField(_l("Course"), default="")
    campaign_id = SelectField(_l("Campaign"), default="")
    language = SelectField(_l("Language"))
    delivery = RadioField(_l("How people take part"), default=Delivery.ONLINE.value)
    accessibility = LongTextField(
        _l("Accessibility"),
        validators=[Length(max=MAX_ACCESSIBILITY)],
        description=_l(
            "Captions, sign language, breaks, whom to ask. "
            "What the venue offers is shown by itself."
        ),
    )
    audience = RadioField(_l("Who may register"), default=Audience.PUBLIC.value)
    timezone = TimeZoneField(
        _l("Time zone"),
        [Required(_l("In which time zone?")), Length(max=64)],
        description=_l("A place, such as Africa/Nairobi. All times below are on its clocks."),
    )
    #: One more than there may be, so that too many are refused and not cut off.
    meetings = RowsField(FormField(MeetingForm), min_entries=1, max_entries=MOST_MEETINGS + 1)
    registration_opens = WallTimeField(
        _l("Registration opens"), description=_l("Empty: as soon as the session is published.")
    )
    registration_closes = WallTimeField(
        _l("Registration closes"), description=_l("Empty: when the first meeting starts.")
    )
    registration_paused = BooleanField(
        _l("Pause registration"),
        description=_l("Nobody can register by themselves until this is taken off again."),
    )
    trainer_ids = SelectMultipleField(
        _l("Trainers"),
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
        # WTForms' own would say again what was sent.
        invalid_choice_message=_l("Choose from the list."),
    )
    other_trainer_name = LineField(_l("Name"), [Length(max=MAX_NAME)])
    other_trainer_email = EmailAddressField(_l("E-mail"))
    #: Asked for only beside clashes.
    clash_reason = LineField(_l("Why is that all right?"), [Length(max=MAX_CLASH_REASON)])

    def offer(self, choices: Choices, *, language: str | None = None) -> None:
        """Fill in what can be chosen.

        :param language: of a stored session: offered though nobody thought of it. So is one
            that was sent, if there is such a language: the page that sent it offered it.
        """
        self.course_id.choices = [
            SelectChoice("", _("None")),
            *(SelectChoice(str(key), title) for key, title in choices.courses),
        ]
        self.campaign_id.choices = [
            SelectChoice("", _("None")),
            *(SelectChoice(str(key), name) for key, name in choices.campaigns),
        ]
        sent = self.language.data or ""
        tags = {*LANGUAGES, *filter(None, [language]), *filter(is_language, [sent])}
        self.language.choices = sorted(
            (SelectChoice(tag, language_name(tag)) for tag in tags),
            key=lambda choice: choice.label.casefold(),
        )
        self.delivery.choices = [SelectChoice(one.value, delivery_label(one)) for one in Delivery]
        self.audience.choices = [SelectChoice(one.value, audience_label(one)) for one in Audience]
        self.trainer_ids.choices = [
            SelectChoice(str(trainer.person_id), trainer.name) for trainer in choices.trainers
        ]

    def validate(self, extra_validators: Mapping[str, Sequence[Any]] | None = None) -> bool:
        """Check the fields, then how they fit together."""
        is_valid = bool(super().validate(extra_validators))
        is_valid = self._check_other_trainer() and is_valid
        if len(self.meetings) > MOST_MEETINGS:
            self.form_errors.append(
                _("A session has at most %(most)s meetings.", most=MOST_MEETINGS)
            )
            return False
        zone = self.timezone.zone
        if zone is None:
            return False
        are_placed = [row.form.check_times(zone) for row in self.meetings]
        is_valid = self._check_registration(zone) and is_valid
        return is_valid and all(are_placed) and self._check_closing(zone)

    def _check_other_trainer(self) -> bool:
        name, email = self.other_trainer_name, self.other_trainer_email
        if bool(name.data) == bool(email.data):
            return True
        missing = email if name.data else name
        if not missing.errors:
            missing.errors = [_("Another trainer needs a name and an e-mail address.")]
        return False

    def _check_registration(self, zone: ZoneInfo) -> bool:
        opens, closes = self.registration_opens, self.registration_closes
        for field in (opens, closes):
            if field.value is None:
                continue
            try:
                wall_to_utc(field.value, zone, fold=0)
            except WallTimeError as error:
                field.errors = [*field.errors, sentence(error)]
                return False
        if opens.value and closes.value and closes.value <= opens.value:
            closes.errors = [*closes.errors, _("Registration must close after it opens.")]
            return False
        return True

    def _check_closing(self, zone: ZoneInfo) -> bool:
        """Check, of times that are right each for itself, that none registers afterwards."""
        opens, closes = self.registration_opens, self.registration_closes
        over_at = max(row.form.ends_at(zone) for row in self.meetings)
        if opens.value is not None and wall_to_utc(opens.value, zone, fold=0) >= over_at:
            opens.errors = [
                *opens.errors,
                _("Registration must open before the last meeting is over."),
            ]
            return False
        if closes.value is None or wall_to_utc(closes.value, zone, fold=0) <= over_at:
            return True
        closes.errors = [
            *closes.errors,
            _("Registration must close before the last meeting is over."),
        ]
        return False

    def refuse(self, error: DomainError) -> None:
        """Show a refusal above the form, or beside the field that it is about."""
        if isinstance(error, ClashReasonMissingError):
            self.clash_reason.errors = [sentence(error)]
        else:
            super().refuse(error)

    def ask_folds(self) -> None:
        """Show the choices of a doubled hour, for a form that is only shown."""
        if self.timezone.zone is not None:
            for row in self.meetings:
                row.form.ask_folds(self.timezone.zone)

    @property
    def other_trainer(self) -> dict[str, str]:
        """Address → name of a trainer who is not in the list; empty if there is none."""
        email = self.other_trainer_email.data
        return {email: self.other_trainer_name.data} if email else {}

    def to_plan(self, other_trainer_ids: Sequence[int] = ()) -> SessionPlan:
        """Return what was typed, after it was checked."""
        return SessionPlan(
            title=self.title.data,
            description=self.description.data,
            for_whom=self.for_whom.data,
            accessibility=self.accessibility.data,
            language=self.language.data,
            delivery=Delivery(self.delivery.data),
            audience=Audience(self.audience.data),
            timezone=self.timezone.data,
            meetings=tuple(row.form.to_plan(self.timezone.data) for row in self.meetings),
            course_id=_key(self.course_id.data),
            campaign_id=_key(self.campaign_id.data),
            registration_opens=self.registration_opens.value,
            registration_closes=self.registration_closes.value,
            registration_paused=self.registration_paused.data,
            trainer_ids=tuple(
                dict.fromkeys([*(int(key) for key in self.trainer_ids.data), *other_trainer_ids])
            ),
        )


class NewSessionForm(SeatFields, PlanForm):
    """A new session, with its seats."""

    closes_hours_before = WholeNumberField(
        _l("Or so many hours before the first meeting"), most=MOST_HOURS
    )

    def validate(self, extra_validators: Mapping[str, Sequence[Any]] | None = None) -> bool:
        is_valid = super().validate(extra_validators)
        is_valid = self._check_hours() and is_valid
        return self.check_seats() and is_valid

    def _check_hours(self) -> bool:
        if self.closes_hours_before.value is None or not self.registration_closes.data:
            return True
        self.closes_hours_before.errors = [
            _("Say when registration closes, or how long before the first meeting; not both.")
        ]
        return False

    def to_plan(self, other_trainer_ids: Sequence[int] = ()) -> SessionPlan:
        plan = super().to_plan(other_trainer_ids)
        hours = self.closes_hours_before.value
        if hours is None:
            return plan
        first_at = min(times.starts_at for times in meeting_times(plan.meetings))
        closes, _fold = utc_to_wall(first_at - timedelta(hours=hours), find_zone(plan.timezone))
        return replace(plan, registration_closes=closes)


class RevisionForm(PlanForm):
    """A session that is changed; how many may come is a page of its own."""

    #: What the form showed, so that nobody overwrites what they have not seen.
    revision = WholeNumberField(widget=HiddenInput(), validators=[Required()], most=MAX_KEY)

    def rebase(self, revision: int, meeting_ids: AbstractSet[int | None]) -> None:
        """Let the form be saved over what stands now, which its reader has been shown.

        A meeting that is gone meanwhile is planned anew.
        """
        self.revision.process_data(revision)
        for row in self.meetings:
            if row.form.meeting_id.value not in meeting_ids:
                row.form.meeting_id.process_data(None)


def data_of(plan: SessionPlan) -> dict[str, Any]:
    """Return what a form starts from to show a plan."""
    return {
        "title": plan.title,
        "description": plan.description,
        "for_whom": plan.for_whom,
        "accessibility": plan.accessibility,
        "course_id": str(plan.course_id or ""),
        "campaign_id": str(plan.campaign_id or ""),
        "language": plan.language,
        "delivery": plan.delivery.value,
        "audience": plan.audience.value,
        "timezone": plan.timezone,
        "meetings": [_meeting_data(meeting) for meeting in plan.meetings],
        "registration_opens": plan.registration_opens,
        "registration_closes": plan.registration_closes,
        "registration_paused": plan.registration_paused,
        "trainer_ids": [str(person_id) for person_id in plan.trainer_ids],
    }


def _meeting_data(meeting: MeetingPlan) -> dict[str, Any]:
    ends_on = meeting.wall_end.date()
    return {
        "meeting_id": meeting.meeting_id,
        "day": meeting.wall_start.date(),
        "start": meeting.wall_start.time(),
        "start_fold": str(meeting.start_fold or 0),
        "end": meeting.wall_end.time(),
        "end_fold": str(meeting.end_fold or 0),
        "end_day": ends_on if ends_on != meeting.wall_start.date() else None,
        "venue": meeting.venue,
        "room": meeting.room,
        "join_url": meeting.join_url or "",
    }


def shifted(plan: SessionPlan, *, days: int) -> dict[str, Any]:
    """Return what a form starts from to plan a session like another, so many days later.

    All meetings move by whole days on the wall calendar; what the clocks then show is asked for
    as for any other plan. When people may register is said anew.
    """
    data = data_of(plan)
    for meeting in data["meetings"]:
        meeting["meeting_id"] = None
        for name in ("day", "end_day"):
            if meeting[name] is not None:
                meeting[name] += timedelta(days=days)
    return {**data, "registration_opens": None, "registration_closes": None}


def _key(text: str | None) -> int | None:
    return int(text) if text else None
