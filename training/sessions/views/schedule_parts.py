"""What stands above every page of the schedule: filters, kept views, the ways to look at it."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from training.sessions.saved_views import cleaned
from training.sessions.schedule_choices import Offered
from training.sessions.schedule_filters import Attention, Period
from training.sessions.values import Delivery, SessionStatus
from training.sessions.views.schedule_address import (
    FILTERS,
    KNOWN,
    Address,
    Lanes,
    Layout,
)
from training.text import for_display
from training.web.filters import delivery_label, language_name

#: What can be chosen: value and label, the first is everything.
Choices = list[tuple[str, str]]
#: Seldom needed: folded away until one of them is set.
_SELDOM = frozenset(
    {"from", "to", "trainer", "place", "campaign", "course", "language", "delivery"}
)
_ATTENTION = {
    Attention.NO_TRAINER: lazy_gettext("No trainer"),
    Attention.NO_ROOM: lazy_gettext("No room"),
    Attention.NO_LINK: lazy_gettext("No link to join"),
    Attention.CLASH: lazy_gettext("Clash"),
    Attention.FEW: lazy_gettext("Too few people"),
    Attention.KEPT: lazy_gettext("People wait while seats are held"),
    Attention.DRAFT: lazy_gettext("Not published"),
}
_LANES = {
    Lanes.TRAINER: lazy_gettext("By trainer"),
    Lanes.ROOM: lazy_gettext("By room"),
    Lanes.CAMPAIGN: lazy_gettext("By campaign"),
}


class Tab(NamedTuple):
    """A kept view, or a way to look."""

    text: str
    url: str
    is_current: bool


def parts_of(asked: Address, offered: Offered, **here: str) -> dict[str, Any]:
    """Return what the templates of the schedule have in common.

    :param here: what else the address says, such as which week is shown.
    """
    filters, query = asked.filters, asked.query
    return {
        "said": {name: asked.said.get(name, "") for name in KNOWN},
        "period": filters.period,
        "timezone": filters.timezone,
        "choices": _choices(offered),
        "has_seldom": bool(_SELDOM & asked.said.keys()),
        # Stays when other filters are chosen.
        "carried": [(name, text) for name, text in asked.said.items() if name not in FILTERS],
        "filtered_by": [(name, text) for name, text in asked.said.items() if name in FILTERS],
        "reset": asked.url(**{**dict.fromkeys(FILTERS), **here}),
        "tabs": _tabs(offered, query),
        "layouts": _layouts(asked),
        "views_url": url_for("sessions.schedule_views", query=query),
        "new_view": bool(query)
        and query not in {cleaned(one.query, KNOWN) for one in offered.views},
    }


def _tabs(offered: Offered, query: str) -> list[Tab]:
    beginning = url_for("sessions.schedule")
    if not offered.views:
        return []
    kept = [(for_display(one.name), cleaned(one.query, KNOWN)) for one in offered.views]
    return [
        Tab(_("What is coming"), beginning, not query),
        *(
            Tab(name, f"{beginning}?{one}" if one else beginning, one == query)
            for name, one in kept
        ),
    ]


def _layouts(asked: Address) -> list[Tab]:
    words: list[tuple[Layout | None, str]] = [
        (None, _("List")),
        (Layout.WEEK, _("Week")),
        (Layout.MONTH, _("Month")),
    ]
    return [Tab(text, asked.url(view=layout), layout is asked.layout) for layout, text in words]


def attention_label(attention: Attention) -> str:
    """Return why a session wants a look, in words."""
    return str(_ATTENTION[attention])


def lanes_label(lanes: Lanes) -> str:
    """Return what a week is divided by, in words."""
    return str(_LANES[lanes])


def _choices(offered: Offered) -> dict[str, Choices]:
    return {
        "period": [
            (Period.COMING.value, _("Coming")),
            (Period.PAST.value, _("Past")),
            (Period.ALL.value, _("All")),
        ],
        "status": [
            ("", _("Any")),
            (SessionStatus.DRAFT.value, _("Drafts")),
            (SessionStatus.PUBLISHED.value, _("Published")),
            (SessionStatus.CANCELLED.value, _("Cancelled")),
        ],
        "needs": [
            ("", _("Any")),
            *((one.value, attention_label(one)) for one in Attention),
        ],
        "trainer": [("", _("Anybody")), *_keyed(offered.trainers)],
        "place": [("", _("Anywhere")), *_places(offered)],
        "campaign": [("", _("Any")), *_keyed(offered.campaigns)],
        "course": [("", _("Any")), *_keyed(offered.courses)],
        "language": [("", _("Any")), *((one, language_name(one)) for one in offered.languages)],
        "delivery": [("", _("Any")), *((one.value, delivery_label(one)) for one in Delivery)],
        "by": [(one.value, lanes_label(one)) for one in Lanes],
    }


def _keyed(names: Iterable[tuple[int, str]]) -> Choices:
    return [(str(key), for_display(name)) for key, name in names]


def _places(offered: Offered) -> Choices:
    """Return each venue, and after it its rooms."""
    found: Choices = []
    for key, name in offered.venues:
        found.append((f"venue-{key}", for_display(name)))
        found += [
            (f"room-{room}", for_display(f"{name}, {room_name}"))
            for room, room_name, venue_id in offered.rooms
            if venue_id == key
        ]
    return found
