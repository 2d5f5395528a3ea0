"""Forms about organizations and their people."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField, RadioField, SelectChoice, SelectField
from wtforms.validators import Length, ValidationError

from training.organizations.errors import MailDomainError
from training.organizations.rules import mail_domain, shown_domain
from training.organizations.values import MembershipRole, OrganizationPlan, OrganizationStatus
from training.organizations.words import country_names
from training.text import MAX_NAME
from training.web.fields import (
    AppForm,
    EmailAddressField,
    LineField,
    LongTextField,
    Required,
    sentence,
)
from training.web.shown import fingerprint
from training.web.zones import TimeZoneField

MAX_SLUG = 64
#: Mail domains of one organization.
MOST_DOMAINS = 50
_SLUG = re.compile("[a-z0-9]+(-[a-z0-9]+)*", re.ASCII)


class OrganizationForm(AppForm):
    """What an organization is."""

    name = LineField(_l("Name"), [Required(_l("Give it a name.")), Length(max=MAX_NAME)])
    slug = LineField(
        _l("Short name in addresses"),
        [Length(max=MAX_SLUG)],
        description=_l("Small letters, digits and hyphens. Empty: made from the name."),
    )
    domains = LongTextField(
        _l("Mail domains"),
        description=_l("One a line, such as example.org: their people have addresses there."),
    )
    country = SelectField(_l("Country"), default="")
    timezone = TimeZoneField(
        _l("Time zone"),
        [Length(max=64)],
        description=_l("A place, such as Africa/Nairobi: where most of their people are."),
    )
    status = RadioField(_l("Partnership"), default=OrganizationStatus.ACTIVE.value)
    #: Which plan the form showed, so that nobody overwrites what they have not seen.
    shown = HiddenField()

    def offer(self) -> None:
        """Fill in what can be chosen."""
        names = sorted(country_names().items(), key=lambda one: one[1].casefold())
        self.country.choices = [
            SelectChoice("", _("Not known")),
            *(SelectChoice(code, name) for code, name in names),
        ]
        self.status.choices = [
            SelectChoice(OrganizationStatus.ACTIVE.value, _("Active")),
            SelectChoice(
                OrganizationStatus.SUSPENDED.value,
                _("Suspended: for a while, nobody registers or moves up for it"),
            ),
            SelectChoice(OrganizationStatus.CLOSED.value, _("Closed: it is over, for good")),
        ]

    def validate_slug(self, field: LineField) -> None:
        """Refuse what would look odd in an address."""
        if field.data and not _SLUG.fullmatch(field.data):
            raise ValidationError(
                _("Use small letters a to z, digits, and single hyphens between them.")
            )

    def validate_domains(self, field: LongTextField) -> None:
        """Refuse what is no mail domain, naming it."""
        problems = []
        for typed in self._typed_domains():
            try:
                mail_domain(typed)
            except MailDomainError as error:
                problems.append(sentence(error))
        if len(self._typed_domains()) > MOST_DOMAINS:
            problems = [_("At most %(most)s mail domains.", most=MOST_DOMAINS)]
        if problems:
            raise ValidationError(" ".join(problems[:3]))

    def _typed_domains(self) -> list[str]:
        return [typed for typed in re.split(r"[\s,;]+", self.domains.data or "") if typed]

    def show(self, plan: OrganizationPlan) -> None:
        """Note which plan the page shows."""
        self.shown.data = fingerprint(plan)

    def to_plan(self) -> OrganizationPlan:
        """Return what was typed, after it was checked."""
        return OrganizationPlan(
            name=self.name.data,
            slug=self.slug.data,
            domains=tuple(sorted({mail_domain(typed) for typed in self._typed_domains()})),
            country=self.country.data or None,
            timezone=self.timezone.data or None,
            status=OrganizationStatus(self.status.data),
        )


def data_of(plan: OrganizationPlan) -> dict[str, Any]:
    """Return what a form starts from to show a plan."""
    return {
        "name": plan.name,
        "slug": plan.slug,
        "domains": "\n".join(shown_domain(domain) for domain in plan.domains),
        "country": plan.country or "",
        "timezone": plan.timezone or "",
        "status": plan.status.value,
    }


class MemberForm(AppForm):
    """Somebody who is to belong to an organization."""

    name = LineField(
        _l("Full name"), [Required(_l("Type the name of this person.")), Length(max=MAX_NAME)]
    )
    email = EmailAddressField(
        _l("E-mail"),
        description=_l(
            "Empty: they have none of their own, and whoever registers them gets their mail."
        ),
    )
    is_representative = BooleanField(
        _l("Invite as representative"),
        description=_l(
            "They are mailed a link. Once they have signed in they may register, swap and "
            "cancel people of this organization."
        ),
    )

    def validate(self, extra_validators: Mapping[str, Sequence[Any]] | None = None) -> bool:
        """Check the fields; nobody without an address can be mailed a link."""
        is_valid = bool(super().validate(extra_validators))
        if self.is_representative.data and not self.email.data and not self.email.errors:
            self.email.errors = [_("A representative needs an e-mail address of their own.")]
            return False
        return is_valid


class RoleForm(AppForm):
    """What somebody is in an organization."""

    role = HiddenField()

    def to_role(self) -> MembershipRole | None:
        """Return the role that was sent, or None: there is no such role."""
        known = set(MembershipRole)
        return MembershipRole(self.role.data) if self.role.data in known else None
