"""In which language somebody is written to."""

from babel import Locale, UnknownLocaleError
from flask import current_app

from training.config import Settings


def known_locale(name: str) -> str:
    """Return the name of a language as Babel knows it; the site's own for one that it does not.

    :param name: as stored with a person, such as "pt-BR".
    """
    settings: Settings = current_app.extensions["settings"]
    try:
        return str(Locale.parse(name, sep="-" if "-" in name else "_"))
    except (UnknownLocaleError, ValueError):
        return settings.locale
