"""Forms of accounts."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import PasswordField, SelectChoice, SelectField
from wtforms.validators import AnyOf, Length

from training.accounts.values import MAX_PASSWORD, MIN_PASSWORD, StaffRole
from training.people.values import PersonPlan
from training.text import MAX_NAME
from training.web.fields import AppForm, EmailAddressField, LineField, Required
from training.web.zones import TimeZoneField

_TRAINER = "trainer"


class SignInForm(AppForm):
    """E-mail and password."""

    email = EmailAddressField(
        _l("E-mail"), [Required()], render_kw={"autocomplete": "username", "autofocus": True}
    )
    # Not trimmed: a space may be part of a password.
    password = PasswordField(
        _l("Password"),
        [Required(), Length(max=MAX_PASSWORD)],
        render_kw={"autocomplete": "current-password"},
    )


class ForgotForm(AppForm):
    """The address of an account."""

    email = EmailAddressField(
        _l("E-mail"), [Required()], render_kw={"autocomplete": "username", "autofocus": True}
    )


def _new_password() -> PasswordField:
    return PasswordField(
        _l("New password"),
        [Required(), Length(max=MAX_PASSWORD)],
        description=_l(
            "At least %(least)s characters. Several words are easy to keep in mind.",
            least=MIN_PASSWORD,
        ),
        render_kw={"autocomplete": "new-password", "minlength": MIN_PASSWORD},
    )


class NewPasswordForm(AppForm):
    """A password that is chosen."""

    password = _new_password()


class ChangePasswordForm(AppForm):
    """The old password and the new one."""

    old = PasswordField(
        _l("Your password until now"),
        [Required(), Length(max=MAX_PASSWORD)],
        render_kw={"autocomplete": "current-password"},
    )
    password = _new_password()


class ProfileForm(AppForm):
    """What one may change oneself."""

    name = LineField(
        _l("Name"), [Required(), Length(max=MAX_NAME)], render_kw={"autocomplete": "name"}
    )
    timezone = TimeZoneField(
        _l("Time zone"),
        [Length(max=64)],
        description=_l("Mails and pages show times here beside those of the session."),
        render_kw={"list": "zones", "autocomplete": "off"},
    )

    def to_plan(self, plan: PersonPlan) -> PersonPlan:
        """Return what is known of somebody, with what was typed."""
        return PersonPlan(
            name=self.name.data,
            email=plan.email,
            locale=plan.locale,
            timezone=self.timezone.data or None,
        )


class InviteForm(AppForm):
    """A trainer or a colleague."""

    name = LineField(_l("Name"), [Required(), Length(max=MAX_NAME)])
    email = EmailAddressField(_l("E-mail"), [Required()])
    # Not only what is offered: the service, which decides, says that a role is above one's own.
    role = SelectField(
        _l("Role"),
        [Required(), AnyOf([_TRAINER, *StaffRole])],
        description=_l("Trainers mark who came to their own sessions. Coordinators do the rest."),
        validate_choice=False,
    )

    def offer_roles(self, *, may_invite_admins: bool) -> None:
        """Offer the roles that whoever invites may give."""
        choices = [
            SelectChoice(_TRAINER, _("Trainer")),
            SelectChoice(StaffRole.COORDINATOR, _("Coordinator")),
        ]
        if may_invite_admins:
            choices.append(SelectChoice(StaffRole.ADMIN, _("Admin")))
        self.role.choices = choices

    @property
    def staff_role(self) -> StaffRole | None:
        """The role that was chosen; None: trainer."""
        return None if self.role.data == _TRAINER else StaffRole(self.role.data)
