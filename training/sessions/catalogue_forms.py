"""Forms of campaigns, courses and venues."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import (
    Form,
    FormField,
    RadioField,
    SelectChoice,
    SelectField,
    SelectMultipleField,
)
from wtforms.validators import Length
from wtforms.widgets import CheckboxInput, HiddenInput, ListWidget

from training.campaigns.values import CampaignPlan, CampaignStatus
from training.sessions.fields import (
    MAX_ACCESSIBILITY,
    MAX_FOR_WHOM,
    MAX_SLUG,
    MOST_SEATS,
    DayField,
    SlugField,
    is_language,
)
from training.sessions.forms import LANGUAGES, MOST_HOURS
from training.sessions.meeting_form import MAX_KEY, MAX_LINE
from training.sessions.values import Audience, CoursePlan, Delivery, RoomPlan, VenuePlan
from training.sessions.words import audience_label, campaign_status_label
from training.text import search_key, slug
from training.web.fields import AppForm, LineField, LongTextField, Required, WholeNumberField
from training.web.filters import delivery_label, language_name
from training.web.rows import RowsField
from training.web.zones import TimeZoneField

#: People that a campaign is to train, at most.
MOST_PEOPLE = 10_000_000
#: Rooms of one venue.
MOST_ROOMS = 100
_HASHTAG = re.compile(r"#?\w{1,60}")


class CatalogueForm(AppForm):
    """What staff describe once and use often."""

    #: What the form showed, so that nobody overwrites what they have not seen.
    revision = WholeNumberField(widget=HiddenInput(), most=MAX_KEY)

    def rebase(self, revision: int) -> None:
        """Let the form be saved over what stands now, which its reader has been shown."""
        self.revision.process_data(revision)


class CampaignForm(CatalogueForm):
    """What a campaign is, who takes part, and what its sessions start with."""

    name = LineField(_l("Name"), [Required(_l("Give it a name.")), Length(max=MAX_LINE)])
    slug = SlugField(
        _l("Short name in addresses"),
        [Length(max=MAX_SLUG)],
        description=_l("Small letters, digits and hyphens. Empty: made from the name."),
    )
    hashtag = LineField(
        _l("Hashtag"), [Length(max=61)], description=_l("One word; the # may be left out.")
    )
    starts_on = DayField(_l("First day"), [Required(_l("Choose a day."))])
    ends_on = DayField(_l("Last day"), [Required(_l("Choose a day."))])
    status = RadioField(
        _l("Status"),
        default=CampaignStatus.DRAFT.value,
        description=_l("The name of a draft shows nowhere in public; its sessions may."),
    )
    goal = WholeNumberField(
        _l("People to be trained"),
        least=1,
        most=MOST_PEOPLE,
        description=_l("The goal. Empty: there is no number."),
    )
    partner_ids = SelectMultipleField(
        _l("Partner organizations"),
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
        # WTForms' own would say again what was sent.
        invalid_choice_message=_l("Choose from the list."),
    )
    default_timezone = TimeZoneField(_l("Time zone"), [Length(max=64)])
    default_language = SelectField(_l("Language"), default="")
    default_delivery = SelectField(_l("How people take part"), default="")
    default_audience = SelectField(_l("Who may register"), default="")
    default_capacity = WholeNumberField(_l("Seats"), most=MOST_SEATS)
    default_closes_hours_before = WholeNumberField(
        _l("Registration closes, in hours before the start"), most=MOST_HOURS
    )

    def offer(self, organizations: Sequence[tuple[int, str]]) -> None:
        """Fill in what can be chosen."""
        self.status.choices = [
            SelectChoice(one.value, campaign_status_label(one)) for one in CampaignStatus
        ]
        self.partner_ids.choices = [SelectChoice(str(key), name) for key, name in organizations]
        nothing = SelectChoice("", _("Nothing in particular"))
        self.default_language.choices = [
            nothing,
            *language_choices(self.default_language.data or ""),
        ]
        self.default_delivery.choices = [
            nothing,
            *(SelectChoice(one.value, delivery_label(one)) for one in Delivery),
        ]
        self.default_audience.choices = [
            nothing,
            *(SelectChoice(one.value, audience_label(one)) for one in Audience),
        ]

    def validate(self, extra_validators: Mapping[str, Sequence[Any]] | None = None) -> bool:
        """Check the fields, then how they fit together."""
        is_valid = bool(super().validate(extra_validators))
        if self.hashtag.data and not _HASHTAG.fullmatch(self.hashtag.data):
            self.hashtag.errors = [_("A hashtag is one word of letters and digits.")]
            is_valid = False
        first, last = self.starts_on.value, self.ends_on.value
        if first and last and last < first:
            self.ends_on.errors = [_("The last day must not be before the first.")]
            is_valid = False
        return is_valid

    def to_plan(self) -> CampaignPlan:
        """Return what was typed, after it was checked."""
        first, last = self.starts_on.value, self.ends_on.value
        assert isinstance(first, date)
        assert isinstance(last, date)
        return CampaignPlan(
            name=self.name.data,
            slug=self.slug.data or slug(self.name.data, default="campaign"),
            hashtag=self.hashtag.data.lstrip("#") or None,
            starts_on=first,
            ends_on=last,
            status=CampaignStatus(self.status.data),
            goal=self.goal.value,
            session_defaults={
                name: value
                for name, value in (
                    ("timezone", self.default_timezone.data),
                    ("language", self.default_language.data),
                    ("delivery", self.default_delivery.data),
                    ("audience", self.default_audience.data),
                    ("capacity", self.default_capacity.value),
                    ("closes_hours_before", self.default_closes_hours_before.value),
                )
                if value not in {None, ""}
            },
            partner_ids=frozenset(int(key) for key in self.partner_ids.data),
        )


def campaign_data(plan: CampaignPlan) -> dict[str, Any]:
    """Return what a form starts from to show a campaign."""
    return {
        "name": plan.name,
        "slug": plan.slug,
        "hashtag": plan.hashtag or "",
        "starts_on": plan.starts_on,
        "ends_on": plan.ends_on,
        "status": plan.status.value,
        "goal": plan.goal,
        "partner_ids": [str(key) for key in sorted(plan.partner_ids)],
        **{f"default_{name}": value for name, value in plan.session_defaults.items()},
    }


class CourseForm(CatalogueForm):
    """What is taught."""

    title = LineField(_l("Title"), [Required(_l("Give it a title.")), Length(max=MAX_LINE)])
    slug = SlugField(
        _l("Short name in addresses"),
        [Length(max=MAX_SLUG)],
        description=_l("Small letters, digits and hyphens. Empty: made from the title."),
    )
    summary = LineField(_l("Summary"), [Length(max=500)], description=_l("One or two sentences."))
    description = LongTextField(
        _l("What people will be able to do afterwards"),
        description=_l(
            "Plain text. An empty line begins a paragraph, a line that begins with “- ” a list."
        ),
    )
    for_whom = LineField(
        _l("For whom it is"),
        [Length(max=MAX_FOR_WHOM)],
        description=_l("One or two sentences. A session may say something else."),
    )
    language = SelectField(_l("Language"))
    required_ids = SelectMultipleField(
        _l("Builds on"),
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
        description=_l(
            "Courses that people attend before. Partners can register only people who did; of "
            "everybody who registers by themselves you decide."
        ),
        # WTForms' own would say again what was sent.
        invalid_choice_message=_l("Choose from the list."),
    )

    def offer(self, courses: Sequence[tuple[int, str]]) -> None:
        """Fill in what can be chosen.

        :param courses: that this one may build on, in order.
        """
        self.language.choices = language_choices(self.language.data or "")
        self.required_ids.choices = [SelectChoice(str(key), title) for key, title in courses]

    def to_plan(self) -> CoursePlan:
        """Return what was typed, after it was checked."""
        return CoursePlan(
            title=self.title.data,
            slug=self.slug.data or slug(self.title.data, default="course"),
            summary=self.summary.data,
            description=self.description.data,
            language=self.language.data,
            required_ids=frozenset(int(key) for key in self.required_ids.data),
            for_whom=self.for_whom.data,
        )


def course_data(plan: CoursePlan) -> dict[str, Any]:
    """Return what a form starts from to show a course."""
    return {
        "title": plan.title,
        "slug": plan.slug,
        "summary": plan.summary,
        "description": plan.description,
        "for_whom": plan.for_whom,
        "language": plan.language,
        "required_ids": [str(key) for key in sorted(plan.required_ids)],
    }


class RoomForm(Form):  # type: ignore[misc]  # WTForms publishes no types
    """One room of a venue."""

    #: Of the stored room that this row changes; empty: a new one.
    room_id = WholeNumberField(widget=HiddenInput(), least=1, most=MAX_KEY)
    name = LineField(_l("Name"), [Length(max=MAX_LINE)])
    capacity = WholeNumberField(_l("People it holds"), most=MOST_SEATS)


class VenueForm(CatalogueForm):
    """A venue and its rooms."""

    name = LineField(_l("Name"), [Required(_l("Give it a name.")), Length(max=MAX_LINE)])
    address = LineField(_l("Address"), [Length(max=500)])
    accessibility = LongTextField(
        _l("Accessibility"),
        validators=[Length(max=MAX_ACCESSIBILITY)],
        description=_l("Steps, lifts, toilets, parking, induction loops. Everybody can read it."),
    )
    timezone = TimeZoneField(
        _l("Time zone"),
        [Length(max=64)],
        description=_l("A place, such as Africa/Nairobi."),
    )
    #: One more than there may be, so that too many are refused and not cut off.
    rooms = RowsField(FormField(RoomForm), min_entries=1, max_entries=MOST_ROOMS + 1)

    def validate(self, extra_validators: Mapping[str, Sequence[Any]] | None = None) -> bool:
        """Check the fields, then that rooms can be told apart."""
        is_valid = bool(super().validate(extra_validators))
        if len(self.rooms) > MOST_ROOMS:
            self.form_errors.append(_("A venue has at most %(most)s rooms.", most=MOST_ROOMS))
            return False
        names: set[str] = set()
        for row in self.rooms:
            name, capacity = row.form.name, row.form.capacity
            if not name.data and capacity.data:
                name.errors = [*name.errors, _("Give it a name.")]
                is_valid = False
            key = search_key(name.data)
            if key and key in names:
                name.errors = [*name.errors, _("Two rooms of a venue cannot have one name.")]
                is_valid = False
            names.add(key)
        return is_valid

    def to_plan(self) -> VenuePlan:
        """Return what was typed, after it was checked; rows without a name are no rooms."""
        return VenuePlan(
            name=self.name.data,
            address=self.address.data,
            timezone=self.timezone.data or None,
            rooms=tuple(
                RoomPlan(
                    name=row.form.name.data,
                    capacity=row.form.capacity.value,
                    room_id=row.form.room_id.value,
                )
                for row in self.rooms
                if row.form.name.data
            ),
            accessibility=self.accessibility.data,
        )


def venue_data(plan: VenuePlan) -> dict[str, Any]:
    """Return what a form starts from to show a venue."""
    return {
        "name": plan.name,
        "address": plan.address,
        "accessibility": plan.accessibility,
        "timezone": plan.timezone or "",
        "rooms": [
            {"room_id": room.room_id, "name": room.name, "capacity": room.capacity}
            for room in plan.rooms
        ],
    }


def blank_room() -> RoomForm:
    """Return the row that a script adds: its names hold a mark instead of a number."""
    return RoomForm(formdata=None, prefix="rooms-__index__-")


def language_choices(sent: str) -> list[SelectChoice]:
    """Return the languages that can be chosen.

    :param sent: one that was stored or sent: offered too, if there is such a language.
    """
    tags = {*LANGUAGES, *filter(is_language, [sent])}
    return sorted(
        (SelectChoice(tag, language_name(tag)) for tag in tags),
        key=lambda choice: str(choice.label).casefold(),
    )
