"""Jinja filters and globals: dates, counts and statuses in words; plain text as paragraphs.

What needs the reader's locale asks ``flask_babel`` for it here; what only formats is in ``times``.
"""

from flask import Flask

from training import text
from training.web.blank_rows import kept_blank_row
from training.web.filters.availability import registration_times, seats_badge, seats_left
from training.web.filters.cards import kept_session_card
from training.web.filters.dates import (
    city,
    clock,
    date_time,
    deadline,
    long_date,
    moment,
    short_date,
)
from training.web.filters.labels import attendance_label, delivery_label, registration_label
from training.web.filters.locales import LocaleFacts, language_name, locale_facts
from training.web.filters.messages import gettext, ngettext
from training.web.filters.plain_text import paragraphs
from training.web.forms import error_links
from training.web.sheet_rows import attendance_rows, kept_attendance_words

__all__ = [
    "LocaleFacts",
    "attendance_label",
    "city",
    "clock",
    "date_time",
    "deadline",
    "delivery_label",
    "kept_session_card",
    "language_name",
    "locale_facts",
    "long_date",
    "moment",
    "paragraphs",
    "register",
    "registration_label",
    "registration_times",
    "seats_badge",
    "seats_left",
    "short_date",
]


def register(app: Flask) -> None:
    """Give the templates of an application every filter and global of this package."""
    app.jinja_env.filters.update(
        attendance_label=attendance_label,
        city=city,
        clock=clock,
        date_time=date_time,
        deadline=deadline,
        delivery_label=delivery_label,
        error_links=error_links,
        excerpt=text.excerpt,
        language_name=language_name,
        line=text.for_display,
        long_date=long_date,
        paragraphs=paragraphs,
        registration_label=registration_label,
        registration_times=registration_times,
        seats_left=seats_left,
        short_date=short_date,
    )
    app.jinja_env.globals.update(
        _=gettext,
        gettext=gettext,
        ngettext=ngettext,
        attendance_rows=attendance_rows,
        kept_attendance_words=kept_attendance_words,
        kept_blank_row=kept_blank_row,
        kept_session_card=kept_session_card,
        locale_facts=locale_facts,
        moment=moment,
        seats_badge=seats_badge,
    )
