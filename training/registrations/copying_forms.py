"""The form of a campaign that is made like another one."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from math import ceil
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, SelectChoice, SelectMultipleField
from wtforms.validators import Length
from wtforms.widgets import CheckboxInput, ListWidget

from training.campaigns.values import CampaignPlan, CampaignStatus
from training.registrations.copying_queries import MOST_SESSIONS
from training.registrations.copying_values import CopiedPart
from training.sessions.fields import MAX_SLUG, DayField, SlugField
from training.submissions.service import new_key
from training.text import slug
from training.web.fields import AppForm, LineField, Required, WholeNumberField

MAX_NAME = 200
MAX_REASON = 500
#: Days by which sessions can be moved, either way.
_MOST_DAYS = 3660
#: A year of whole weeks: each session stays on its weekday.
_YEAR = timedelta(weeks=52)
#: Key of a session, and the revision that was shown.
_CHOSEN = re.compile(r"([1-9][0-9]{0,8}):([0-9]{1,9})", re.ASCII)


class CampaignCopyForm(AppForm):
    """What the new campaign is called, when it is, and what is taken along."""

    name = LineField(_l("Name"), [Required(_l("Give it a name.")), Length(max=MAX_NAME)])
    slug = SlugField(
        _l("Short name in addresses"),
        [Length(max=MAX_SLUG)],
        description=_l("Small letters, digits and hyphens. Empty: made from the name."),
    )
    starts_on = DayField(_l("First day"), [Required(_l("Choose a day."))])
    ends_on = DayField(_l("Last day"), description=_l("Empty: it lasts as long as the other one."))
    days = WholeNumberField(
        _l("Sessions move by so many days"),
        least=-_MOST_DAYS,
        most=_MOST_DAYS,
        description=_l("Empty: as many as the first day does. Whole weeks keep the weekdays."),
    )
    parts = SelectMultipleField(
        _l("What is taken along"),
        default=[part.value for part in CopiedPart],
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
        # WTForms' own would say again what was sent.
        invalid_choice_message=_l("Choose from the list."),
        description=_l("Title, text and times always are. Of people nothing is."),
    )
    #: Sessions that are to be made; read only when the campaign is.
    session = SelectMultipleField(choices=[], validate_choice=False)
    #: Those of which the page said that they clash.
    seen = SelectMultipleField(choices=[], validate_choice=False)
    clash_reason = LineField(_l("Why is that all right?"), [Length(max=MAX_REASON)])
    #: Makes a second send of the same form harmless.
    key = HiddenField(default=new_key)

    def offer(self) -> None:
        """Fill in what can be chosen."""
        labels = {
            CopiedPart.TRAINERS: _("Trainers"),
            CopiedPart.ROOMS: _("Rooms, and links to join"),
            CopiedPart.SEATS: _("Numbers of seats, and the rules by which they are given"),
            CopiedPart.HOLDS: _("Seats held for organizations"),
            CopiedPart.ALLOTMENTS: _("Seats of the campaign that partners may use"),
            CopiedPart.QUESTIONS: _("Questions to those who register"),
        }
        self.parts.choices = [SelectChoice(part.value, labels[part]) for part in CopiedPart]

    def validate(self, extra_validators: Mapping[str, Sequence[Any]] | None = None) -> bool:
        """Check the fields, then how they fit together."""
        is_valid = bool(super().validate(extra_validators))
        first, last = self.starts_on.value, self.ends_on.value
        if first and last and last < first:
            self.ends_on.errors = [_("The last day must not be before the first.")]
            is_valid = False
        if {CopiedPart.HOLDS, CopiedPart.SEATS} & self.chosen_parts == {CopiedPart.HOLDS}:
            self.parts.errors = [_("Seats can be held only where their numbers are copied, too.")]
            is_valid = False
        return is_valid

    def renew_key(self) -> None:
        """Make what is sent next a form of its own."""
        self.key.data = new_key()

    @property
    def chosen_parts(self) -> frozenset[CopiedPart]:
        """What is taken along; what is no part is none."""
        return frozenset(part for part in CopiedPart if part.value in (self.parts.data or ()))

    @property
    def ticked(self) -> dict[int, int]:
        """The sessions that are to be made, with the revision that was shown."""
        return _chosen(self.session.data)

    @property
    def seen_clashing(self) -> frozenset[int]:
        """The sessions of which whoever sends this has seen that they clash."""
        return frozenset(_chosen(self.seen.data))

    def move(self, pattern: CampaignPlan) -> int:
        """Return by how many days sessions move, after the form was checked."""
        if self.days.value is not None:
            return self.days.value
        return _days(pattern.starts_on, self.starts_on.value)

    def to_plan(self, pattern: CampaignPlan) -> CampaignPlan:
        """Return the new campaign: a draft, like the other one in all that is not asked."""
        first = self.starts_on.value
        assert isinstance(first, date)
        length = pattern.ends_on - pattern.starts_on
        return replace(
            pattern,
            name=self.name.data,
            slug=self.slug.data or slug(self.name.data, default="campaign"),
            hashtag=_of_year(pattern.hashtag, pattern.starts_on.year, first.year),
            starts_on=first,
            ends_on=self.ends_on.value or first + length,
            status=CampaignStatus.DRAFT,
        )


def copy_data(pattern: CampaignPlan, *, today: date) -> dict[str, Any]:
    """Return what the form starts from: a year later, or as many as lie ahead."""
    years = max(1, ceil((today - pattern.starts_on) / _YEAR))
    first = pattern.starts_on + years * _YEAR
    name = _of_year(pattern.name, pattern.starts_on.year, first.year)
    return {"name": "" if name == pattern.name else name, "starts_on": first}


def _of_year(text: str | None, before: int, now: int) -> str | None:
    """Return a name with another year in it."""
    return text and text.replace(str(before), str(now))


def _days(before: date, after: date | None) -> int:
    assert isinstance(after, date)
    return (after - before).days


def _chosen(values: Sequence[str] | None) -> dict[int, int]:
    found = (_CHOSEN.fullmatch(text) for text in (values or ())[: MOST_SESSIONS + 1])
    return {int(match[1]): int(match[2]) for match in found if match}
