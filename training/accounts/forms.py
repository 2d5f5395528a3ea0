"""Forms of accounts."""

from flask_babel import lazy_gettext as _l
from wtforms import PasswordField
from wtforms.validators import Length

from training.accounts.service import MAX_PASSWORD
from training.web.fields import AppForm, EmailAddressField, Required


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
