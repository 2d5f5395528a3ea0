"""The page of a course, as everybody sees it."""

import re

from flask import Response, render_template, url_for
from flask_babel import gettext as _

from training.accounts.access import allows
from training.accounts.policy import Action
from training.clock import utc_now
from training.errors import NotFoundError
from training.registrations.course_queries import PublicCourse, get_public_course
from training.registrations.listings import Listing, Wanted, find_listing
from training.registrations.views import structured
from training.registrations.views.blueprint import bp
from training.registrations.views.public import days_of, shown_date
from training.text import for_display
from training.web.shared_pages import shared_page
from training.web.structured_data import breadcrumbs, data_block

#: Dates to come that the page shows; the list of sessions has them all.
DATES = 12
_SLUG = re.compile("[a-z0-9-]{1,64}", re.ASCII)


@bp.get("/courses/<course_slug>")
@allows(Action.READ_PUBLIC)
def course(course_slug: str) -> Response:
    """Show a course, and when it is held next."""
    if not _SLUG.fullmatch(course_slug):
        raise NotFoundError
    now = utc_now()
    found = get_public_course(course_slug, now=now)
    listing = find_listing(Wanted(course=course_slug, most=DATES), now=now)
    return shared_page(
        f"{found.validator}\n{listing.validator}",
        lambda: render_template(
            "registrations/course.html",
            course=found,
            days=days_of(listing, now),
            has_more=listing.later is not None,
            **_told_programs(found, listing),
        ),
    )


def _told_programs(found: PublicCourse, listing: Listing) -> dict[str, object]:
    address = structured.site().address
    url = address + url_for("registrations.course", course_slug=found.slug)
    dates = [(card, when, address + path) for card, when, path in map(shown_date, listing.cards)]
    crumbs = [
        (_("What’s on"), address + url_for("registrations.index")),
        (for_display(found.title), url),
    ]
    return {
        "url": url,
        "structured": data_block(
            [structured.course_of(found, dates, url=url), breadcrumbs(crumbs)]
        ),
    }
