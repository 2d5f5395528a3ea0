"""What is measured, row by row: each function takes one round's measure of one row."""

from benchmarks.rows.attendance import lone_mark, marks_at_once, sheet
from benchmarks.rows.baselines import hello, raw
from benchmarks.rows.bench import Bench, Figures, Measure
from benchmarks.rows.feeds import (
    cold_organization_feed,
    cold_person_feed,
    large_feed,
    unchanged_feed,
    warm_feed,
)
from benchmarks.rows.pages import (
    dashboard,
    form,
    kept_list,
    rendered_list,
    roster,
    schedule,
    session_page,
    unchanged_list,
)
from benchmarks.rows.registering import steady, storm
from benchmarks.rows.signing_in import sign_in

#: In the order in which a round takes them, each on the site that lives.
MEASURES: dict[str, Measure] = {
    "hello": hello,
    "raw": raw,
    "list": rendered_list,
    "list-kept": kept_list,
    "list-304": unchanged_list,
    "session": session_page,
    "form": form,
    "post": steady,
    "storm": storm,
    "mark": lone_mark,
    "marks-200": marks_at_once,
    "sheet": sheet,
    "feed-person-cold": cold_person_feed,
    "feed-organization-cold": cold_organization_feed,
    "feed-warm": warm_feed,
    "feed-304": unchanged_feed,
    "sign-in": sign_in,
    "dashboard": dashboard,
    "schedule": schedule,
    "roster": roster,
}
#: What the others are divided by: always measured.
BASELINES = ("hello", "raw")

__all__ = ["BASELINES", "MEASURES", "Bench", "Figures", "Measure", "large_feed"]
