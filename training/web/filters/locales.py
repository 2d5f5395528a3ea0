"""The reader's language: of the page, and the names of others."""

from functools import lru_cache
from typing import Any, NamedTuple

from babel import Locale, UnknownLocaleError
from flask import g
from flask_babel import get_locale

#: No locale was named yet.
_UNNAMED: tuple[None, str] = (None, "")


class LocaleFacts(NamedTuple):
    """What ``<html>`` says of the language of a page."""

    language: str
    direction: str


def locale_facts() -> LocaleFacts:
    """Return the language tag and the direction of the current locale."""
    return _locale_facts(current_locale())


def language_name(code: str) -> str:
    """Return what the reader calls a language: "Portuguese (Brazil)" for ``pt-BR``.

    A code that Babel does not know is returned as it is.
    """
    return _language_name(code, current_locale())


def current_locale() -> str:
    """Return the current locale as Babel writes it; English outside a request."""
    # Flask-Babel asks for its state four times on the way to the locale, and a page of 200 rows
    # asks a thousand times: what it has found is looked at directly, and it is asked only where
    # there is nothing yet. ``force_locale`` puts another object there than the one that was named.
    try:
        state: Any = g.get("_flask_babel")
    except RuntimeError:
        return "en"
    locale: Locale | None = getattr(state, "babel_locale", None)
    if locale is None:
        locale = get_locale()
        return "en" if locale is None else str(locale)
    named, name = getattr(state, "named", _UNNAMED)
    if named is not locale:
        name = str(locale)
        state.named = (locale, name)
    return str(name)


@lru_cache(maxsize=512)
def _language_name(code: str, locale: str) -> str:
    try:
        language = Locale.parse(code, sep="-")
    except (UnknownLocaleError, ValueError):
        return code
    return language.get_display_name(locale) or code


@lru_cache(maxsize=64)
def _locale_facts(locale: str) -> LocaleFacts:
    return LocaleFacts(locale.replace("_", "-"), Locale.parse(locale).text_direction)
