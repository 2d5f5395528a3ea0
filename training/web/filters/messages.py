"""The words of templates: looked up once for each locale, not each time that a page says them."""

from functools import lru_cache
from typing import Any

from flask_babel import get_translations
from jinja2 import pass_eval_context
from jinja2.nodes import EvalContext
from markupsafe import Markup

from training.web.filters.locales import current_locale


@pass_eval_context
def gettext(context: EvalContext, message: str, /, **values: Any) -> str:
    """Return a message in the current locale; in HTML its values are escaped, and it is not."""
    if not values:
        return _plain_message(message, current_locale(), context.autoescape)
    return _message(message, current_locale(), context.autoescape) % values


@pass_eval_context
def ngettext(
    context: EvalContext, singular: str, plural: str, number: int, /, **values: Any
) -> str:
    """Return the form of a message that fits a number, which it names as ``num``."""
    message = _plural_message(singular, plural, number, current_locale(), context.autoescape)
    return message % {"num": number, **values}


@lru_cache(maxsize=4096)
def _message(message: str, _locale: str, is_html: bool) -> str:  # noqa: FBT001 (a key of the cache)
    return _text(get_translations().ugettext(message), is_html=is_html)


@lru_cache(maxsize=4096)
def _plain_message(message: str, locale: str, is_html: bool) -> str:  # noqa: FBT001 (as above)
    # "%%" stands for "%" with values and without.
    return _message(message, locale, is_html) % {}


@lru_cache(maxsize=4096)
def _plural_message(
    singular: str,
    plural: str,
    number: int,
    _locale: str,
    is_html: bool,  # noqa: FBT001 (as above)
) -> str:
    return _text(get_translations().ungettext(singular, plural, number), is_html=is_html)


def _text(text: str, *, is_html: bool) -> str:
    return Markup(text) if is_html else text  # noqa: S704 -- messages are ours
