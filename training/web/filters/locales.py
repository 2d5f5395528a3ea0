"""The reader's language: of the page, and the names of others."""

from functools import lru_cache
from typing import NamedTuple

from babel import Locale, UnknownLocaleError
from flask_babel import get_locale


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
    locale: Locale | None = get_locale()
    return "en" if locale is None else _name(locale)


@lru_cache(maxsize=64)
def _name(locale: Locale) -> str:
    return str(locale)


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
