"""Forms about people."""

from collections.abc import Iterable

from flask import current_app
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, SelectChoice, SelectField
from wtforms.validators import Length

from training.organizations.queries import ActiveOrganization
from training.people.values import PersonPlan
from training.text import MAX_NAME
from training.web.fields import AppForm, EmailAddressField, LineField, Required
from training.web.filters import language_name
from training.web.shown import fingerprint
from training.web.zones import TimeZoneField


class _PersonForm(AppForm):
    """Whom we know."""

    name = LineField(
        _l("Full name"), [Required(_l("Type the name of this person.")), Length(max=MAX_NAME)]
    )
    email = EmailAddressField(
        _l("E-mail"),
        description=_l(
            "Empty: they have none of their own, and whoever registers them gets their mail."
        ),
    )


class NewPersonForm(_PersonForm):
    """Somebody whom nobody knew yet."""

    organization_id = SelectField(_l("Organization"), default="")

    def offer(self, organizations: Iterable[ActiveOrganization]) -> None:
        """Fill in what can be chosen."""
        self.organization_id.choices = [
            SelectChoice("", _("None")),
            *(SelectChoice(str(one.id), one.name) for one in organizations),
        ]

    @property
    def chosen_organization_id(self) -> int | None:
        return int(self.organization_id.data) if self.organization_id.data else None


class PersonForm(_PersonForm):
    """Somebody who is known already."""

    locale = SelectField(_l("Language of their mail"))
    timezone = TimeZoneField(
        _l("Time zone"),
        [Length(max=64)],
        description=_l("A place, such as Africa/Nairobi. Mails then say their own time, too."),
    )
    #: What the form showed, so that nobody overwrites what they have not seen.
    shown = HiddenField()

    def offer(self, stored: PersonPlan) -> None:
        """Fill in what can be chosen: what mails are written in, and what was chosen before."""
        babel = current_app.extensions["babel"].instance
        known = {str(locale) for locale in babel.list_translations()}
        tags = {*known, current_app.extensions["settings"].locale, stored.locale}
        self.locale.choices = [
            SelectChoice(tag, language_name(tag.replace("_", "-"))) for tag in sorted(tags)
        ]

    def show(self, plan: PersonPlan) -> None:
        """Note what the page shows."""
        self.shown.data = fingerprint(plan)

    def to_plan(self) -> PersonPlan:
        """Return what was typed, after it was checked."""
        return PersonPlan(
            name=self.name.data,
            email=self.email.data or None,
            locale=self.locale.data,
            timezone=self.timezone.data or None,
        )
