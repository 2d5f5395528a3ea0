"""What every page of the workplaces (staff, trainers) has around it."""

from collections.abc import Iterator

from flask import render_template, url_for
from flask_babel import gettext as _

from training.accounts.access import find_signed_in

#: Ways through the workplaces: endpoint → for whom.
SCHEDULE, OWN_SESSIONS = "sessions.schedule", "attendance.sessions"


def render_workplace(template: str, *, current: str | None = None, **values: object) -> str:
    """Render a page that extends ``layouts/app.html``.

    :param current: the endpoint of the navigation that this page hangs under.
    """
    return render_template(template, navigation=list(_navigation(current)), **values)


def _navigation(current: str | None) -> Iterator[tuple[str, str, bool]]:
    who = find_signed_in()
    if who is not None and who.staff_role:
        yield _("Schedule"), url_for(SCHEDULE), current == SCHEDULE
        yield _("Attendance"), url_for(OWN_SESSIONS), current == OWN_SESSIONS
    else:
        yield _("My sessions"), url_for(OWN_SESSIONS), current == OWN_SESSIONS
