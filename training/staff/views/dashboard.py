"""Where staff begin: today, what needs somebody, what fills, and who came."""

from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import NamedTuple, TypeVar

from flask import url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from training.accounts.access import allows, signed_in
from training.accounts.policy import Action
from training.accounts.workplace import DASHBOARD, render_workplace
from training.clock import find_zone, utc_now
from training.staff import dashboard_rules
from training.staff.dashboard_queries import near
from training.staff.dashboard_values import MOST_BEFORE, RunningCampaign
from training.staff.views.blueprint import bp
from training.staff.views.day_lines import SHOWN, SHOWN_OF_NEWS, DayLines, Line, Way
from training.text import for_display
from training.web import times
from training.web.filters.locales import current_locale
from training.web.query import word_argument

Fact = TypeVar("Fact")


class Shown(StrEnum):
    """A list that an address asks for alone, and whole."""

    TODAY = "today"
    NEEDS = "needs"
    FILLING = "filling"
    DONE = "done"


class Section(NamedTuple):
    """A list with its heading."""

    key: Shown
    label: str
    lines: Sequence[Line]
    #: How many more there are, on a page of their own.
    more: int
    more_url: str
    #: What it says when there is nothing.
    nothing: str


@bp.get("/staff/")
@allows(Action.SEE_SCHEDULE)
def dashboard() -> ResponseReturnValue:
    """Show what a coordinator's day is made of; each line ends in the act that settles it."""
    now, zone = utc_now(), signed_in().timezone or "UTC"
    alone = word_argument(Shown, "all")
    found = near(
        day=now.astimezone(find_zone(zone)).date(),
        done=MOST_BEFORE if alone is Shown.DONE else SHOWN_OF_NEWS,
        now=now,
    )
    lines = DayLines(found, zone, now)
    rules = dashboard_rules
    sections = [
        _section(
            Shown.TODAY,
            alone,
            _("Today"),
            (rules.today(found, zone, now), lines.today),
            _("Nothing is held today."),
        ),
        _section(
            Shown.NEEDS,
            alone,
            _("Needs you"),
            (rules.needs(found, now), lines.need),
            _("Nothing needs you. What does will stand here, with the way to settle it."),
        ),
        _section(
            Shown.FILLING,
            alone,
            _("Filling"),
            (rules.filling(found, now), lines.filling),
            _("No session of the next 30 days is half full yet."),
        ),
        _section(
            Shown.DONE,
            alone,
            _("Done lately"),
            (rules.done(found, now), lines.done),
            _("Nothing was held in the last 14 days."),
        ),
    ]
    return render_workplace(
        "staff/dashboard.html",
        current=DASHBOARD,
        sections=[one for one in sections if alone in {None, one.key}],
        alone=alone,
        campaigns=[] if alone else [_campaign_line(one) for one in found.campaigns],
        date=times.long_date(now.astimezone(find_zone(zone)).date(), current_locale()),
        city=times.city(zone, current_locale()),
    )


def _section(
    key: Shown,
    alone: Shown | None,
    label: str,
    shown: tuple[Sequence[Fact], Callable[[Fact], Line]],
    nothing: str,
) -> Section:
    """Return a list: whole where it stands alone, else its first lines and how many more.

    :param shown: what it is of, and how each becomes a line; what is not shown never does.
    """
    facts, line = shown
    most = SHOWN if key in {Shown.TODAY, Shown.NEEDS} else SHOWN_OF_NEWS
    written = facts if alone is key else facts[:most] if alone is None else ()
    return Section(
        key,
        label,
        [line(one) for one in written],
        len(facts) - len(written),
        url_for(DASHBOARD, all=key.value),
        nothing,
    )


def _campaign_line(one: RunningCampaign) -> Line:
    """Return how far a campaign is, by what its sessions' counters say."""
    name, url = for_display(one.name), url_for("staff.campaign", campaign_id=one.id)
    sessions = ngettext("%(num)s session", "%(num)s sessions", one.sessions)
    coming = ngettext("%(num)s to come", "%(num)s to come", one.coming)
    registered = (
        ngettext("%(num)s person registered", "%(num)s people registered", one.registered)
        if one.goal is None
        else ngettext(
            "%(registered)s registered, goal %(num)s",
            "%(registered)s registered, goal %(num)s",
            one.goal,
            registered=one.registered,
        )
    )
    return Line(
        title=name,
        url=url,
        what="",
        kind="",
        instant="",
        when="",
        text=f"{sessions} · {coming} · {registered}",
        act=Way(_("See what is missing"), url, name),
        parts=(("ok", min(one.registered, one.goal)),) if one.goal else (),
        most=one.goal,
    )
