"""The input layer of forms: what every field does with what a browser sends."""

import re
import unicodedata
from collections.abc import Callable
from functools import cache
from typing import Any

from email_validator import EmailNotValidError, validate_email
from flask import request
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.form import _Auto
from markupsafe import Markup, escape
from wtforms import EmailField, StringField, TextAreaField
from wtforms.csrf.core import CSRFTokenField
from wtforms.i18n import get_translations
from wtforms.validators import Length, StopValidation, ValidationError
from wtforms.widgets import HiddenInput

from training.errors import DomainError
from training.text import (
    MAX_EMAIL,
    MAX_EMAIL_LOCAL,
    MAX_LONG_TEXT,
    ControlCharacterError,
    several_lines,
    single_line,
)

#: Stands where a browser sent bytes that are no text.
_REPLACEMENT = "\ufffd"
_DIGITS = re.compile("-?[0-9]{1,9}", re.ASCII)


def sentence(error: DomainError) -> str:
    """Return a refusal's sentence in the reader's language."""
    return str(_(error.message, **error.values))


class _TokenField(CSRFTokenField):
    """Makes the token when it is shown: most forms that are sent are answered by another page."""

    def process(self, *args: Any, **kwargs: Any) -> None:
        super(CSRFTokenField, self).process(*args, **kwargs)

    def _value(self) -> str:
        token: str = self.csrf_impl.generate_csrf_token(self)
        return token


class _Csrf(FlaskForm.Meta.csrf_class):
    field_class = _TokenField


class AppForm(FlaskForm):
    """A form with a CSRF token, whose ``form_errors`` hold what concerns it as a whole."""

    class Meta(FlaskForm.Meta):
        """What a form is filled from."""

        csrf_class = _Csrf

        def wrap_formdata(self, form: Any, formdata: Any) -> Any:
            # Flask-WTF would also take uploaded files and JSON for what was typed into a field.
            if formdata is _Auto:
                return request.form if request.method == "POST" else None
            return formdata

        def get_translations(self, form: Any) -> Any:
            # Flask-WTF's own reads the file of translations again for every request.
            return _translations(str(get_locale() or "en"))

    def hidden_tag(self, *fields: Any) -> Markup:
        """Return the hidden fields, as Flask-WTF does, which takes 35 µs for each."""
        chosen = [getattr(self, one) if isinstance(one, str) else one for one in fields or self]
        hidden = (one for one in chosen if isinstance(one.widget, HiddenInput))
        return Markup("\n").join(_hidden(one) for one in hidden)

    def refuse(self, error: DomainError) -> None:
        """Show a refusal above the form."""
        self.form_errors.append(sentence(error))


def _hidden(field: Any) -> Markup:
    value = escape(field._value())  # noqa: SLF001 -- what its widget shows
    return Markup(f'<input id="{field.id}" name="{field.name}" type="hidden" value="{value}">')  # noqa: S704 -- the names are ours


@cache
def _translations(locale: str) -> Any:
    return get_translations([locale, "en"])


def visible(text: str | None) -> str:
    """Return typed text as a page can show it again: what HTML cannot hold becomes a mark.

    The mark is refused as well, so it shows where the trouble is, and nothing is lost unseen.
    """
    return "".join(
        _REPLACEMENT
        if unicodedata.category(char) in {"Cc", "Cs"} and char not in "\t\r\n"
        else char
        for char in text or ""
    )


class _CleanedField(StringField):
    """Text that is fit to store, or an error; what was typed is shown again either way."""

    clean: Callable[[str], str] = staticmethod(single_line)

    def _value(self) -> str:
        return visible(self.data)

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data = valuelist[0] if valuelist else ""

    def pre_validate(self, form: Any) -> None:
        # Length first: nothing below is to run over megabytes.
        for validator in self.validators:
            if isinstance(validator, Length):
                try:
                    validator(form, self)
                except ValidationError as error:
                    raise StopValidation(str(error)) from error
        text = self.data or ""
        try:
            if _REPLACEMENT in text:
                raise ControlCharacterError
            self.data = type(self).clean(text)
        except DomainError as error:
            raise StopValidation(sentence(error)) from error


class LineField(_CleanedField):
    """One line of text: NFC, trimmed, without control characters."""


class LongTextField(_CleanedField, TextAreaField):
    """Several lines of text; a form's CR LF becomes LF."""

    clean = staticmethod(several_lines)

    def __init__(self, *args: Any, validators: Any = (), **kwargs: Any) -> None:
        super().__init__(*args, validators=[*validators, Length(max=MAX_LONG_TEXT)], **kwargs)


class EmailAddressField(_CleanedField, EmailField):
    """An address that mail can be sent to; kept as typed."""

    def pre_validate(self, form: Any) -> None:
        text = self.data or ""
        if len(text.strip()) > MAX_EMAIL:
            raise StopValidation(_("This e-mail address is too long."))
        super().pre_validate(form)
        if not self.data:
            return
        message = _("This is not an e-mail address. One looks like ana@example.org.")
        try:
            found = validate_email(self.data, check_deliverability=False, allow_smtputf8=False)
        except EmailNotValidError as error:
            raise StopValidation(message) from error
        if len(found.local_part) > MAX_EMAIL_LOCAL:
            raise StopValidation(message)


class WholeNumberField(StringField):
    """A number of things, in ASCII digits: ``int()`` also takes ``1_000`` and full-width digits.

    ``value`` is the number, or None where the field is empty.

    :param least: the smallest that is accepted; :param most: the largest.
    """

    value: int | None

    def __init__(self, *args: Any, least: int = 0, most: int = 1_000_000, **kwargs: Any) -> None:
        self.least, self.most = least, most
        self.value = None
        super().__init__(*args, **kwargs)

    def process_data(self, value: Any) -> None:
        self.value = value
        self.data = "" if value is None else str(value)

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data = valuelist[0].strip() if valuelist else ""

    def _value(self) -> str:
        return visible(self.data)

    def pre_validate(self, form: Any) -> None:
        self.value = None
        text = self.data or ""
        if not text:
            return
        number = int(text) if _DIGITS.fullmatch(text) else None
        if number is None or not self.least <= number <= self.most:
            raise StopValidation(
                _(
                    "Type a whole number from %(least)s to %(most)s, in digits only.",
                    least=self.least,
                    most=self.most,
                )
            )
        self.value = number


def _is_visible(text: str) -> bool:
    """Tell whether anything of a text shows: spaces and characters without width do not."""
    return any(unicodedata.category(char)[0] not in "ZC" for char in text)


class Required:
    """Something must be typed that can be seen; says what is missing in a sentence."""

    field_flags = {"required": True}  # noqa: RUF012 -- WTForms reads it from the class

    def __init__(self, message: Any = None) -> None:
        self.message = message or _l("Please fill this in.")

    def __call__(self, form: Any, field: Any) -> None:
        if not (_is_visible(field.data) if isinstance(field.data, str) else field.data):
            field.errors[:] = []
            raise StopValidation(str(self.message))
