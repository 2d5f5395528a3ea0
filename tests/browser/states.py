"""Every page in every state that is looked at: full, empty, with errors, signed out.

Paths hold ``{names}`` of what ``test_states.py`` looks up in the demo. A page that answers GET and
does not stand here fails a test.
"""

from dataclasses import dataclass
from typing import Literal

Role = Literal["nobody", "coordinator", "trainer", "representative"]
#: "demo": full of data. "new": just set up, with nobody but staff in it.
Instance = Literal["demo", "new"]


@dataclass(frozen=True, slots=True)
class State:
    """One page in one state."""

    path: str
    role: Role = "nobody"
    instance: Instance = "demo"
    #: Empty the page's form and send it before looking.
    is_sent_empty: bool = False
    #: What the page answers in the end.
    status: int = 200


STATES = (
    # Everybody's pages.
    State("/"),
    State("/", instance="new"),
    State("/sessions/"),
    State("/sessions/", instance="new"),
    State("/sessions/?q=nothing-has-this-name"),
    State("/sessions/?from=someday"),
    State("/sessions/{open}"),
    State("/sessions/{full}"),
    State("/sessions/{over}"),
    State("/sessions/{cancelled}"),
    State("/sessions/{open}/register"),
    State("/sessions/{open}/register", is_sent_empty=True, status=422),
    State("/sessions/{full}/register"),
    State("/sessions/{over}/register"),
    State("/registrations/{link}"),
    State("/registrations/{waiting_link}"),
    State("/registrations/{link}/cancel"),
    State("/registrations/no-such-link", status=404),
    State("/calendar/"),
    State("/nothing-here", status=404),
    # Getting in.
    State("/account/sign-in"),
    State("/account/sign-in", is_sent_empty=True, status=422),
    State("/account/forgot"),
    State("/account/forgot", is_sent_empty=True, status=422),
    State("/account/forgot/sent"),
    State("/account/reset/{reset}"),
    State("/account/reset/{reset}", is_sent_empty=True, status=422),
    State("/account/reset/no-such-link", status=410),
    State("/account/invitation/no-such-link", status=410),
    State("/account/invitation/{invitation}"),
    State("/account/invitation/{invitation}", is_sent_empty=True, status=422),
    State("/account/invitation/{invitation_to_member}"),
    State("/account/invitation/{invitation_to_member}", "representative", status=403),
    State("/registrations/{link}/calendar"),
    # One's account.
    State("/account/profile", "trainer"),
    State("/account/profile", "coordinator", is_sent_empty=True, status=422),
    State("/account/password", "trainer"),
    State("/account/password", "trainer", is_sent_empty=True, status=422),
    State("/account/sign-ins", "representative"),
    State("/account/feeds", "representative"),
    State("/account/feeds", "trainer"),
    State("/account/feeds", "coordinator", "new"),
    # Staff: the schedule and a session.
    State("/staff/schedule/", "coordinator"),
    State("/staff/schedule/", "coordinator", "new"),
    State("/staff/sessions/new", "coordinator"),
    State("/staff/sessions/new", "coordinator", is_sent_empty=True, status=422),
    State("/staff/sessions/new?campaign={campaign}", "coordinator"),
    State("/staff/sessions/{open}", "coordinator"),
    State("/staff/sessions/{full}", "coordinator"),
    State("/staff/sessions/{draft}", "coordinator"),
    State("/staff/sessions/{over}", "coordinator"),
    State("/staff/sessions/{cancelled}", "coordinator"),
    State("/staff/sessions/{open}/edit", "coordinator"),
    State("/staff/sessions/{open}/edit", "coordinator", is_sent_empty=True, status=422),
    State("/staff/sessions/{open}/duplicate", "coordinator"),
    State("/staff/sessions/{open}/cancel", "coordinator"),
    State("/staff/sessions/{open}/history", "coordinator"),
    State("/staff/sessions/{open}/seats", "coordinator"),
    State("/staff/sessions/{open}/people/add", "coordinator"),
    State(
        "/staff/sessions/{open}/people/add",
        "coordinator",
        is_sent_empty=True,
        status=422,
    ),
    State("/staff/sessions/{open}/move?people={registration}", "coordinator"),
    State("/staff/sessions/{open}/people/cancel?people={registration}", "coordinator"),
    State("/staff/registrations/{registration}/cancel", "coordinator"),
    State("/staff/registrations/{registration}/swap", "coordinator"),
    State("/staff/registrations/{waiting}/promote", "coordinator"),
    State("/staff/nothing-here", "coordinator", status=404),
    State("/staff/schedule/", "trainer", status=403),
    # Staff: what sessions are planned with.
    State("/staff/campaigns/", "coordinator"),
    State("/staff/campaigns/", "coordinator", "new"),
    State("/staff/campaigns/new", "coordinator"),
    State("/staff/campaigns/new", "coordinator", is_sent_empty=True, status=422),
    State("/staff/campaigns/{campaign}", "coordinator"),
    State("/staff/campaigns/{campaign}/delete", "coordinator", status=409),
    State("/staff/courses/", "coordinator"),
    State("/staff/courses/", "coordinator", "new"),
    State("/staff/courses/new", "coordinator"),
    State("/staff/courses/new", "coordinator", is_sent_empty=True, status=422),
    State("/staff/courses/{course}", "coordinator"),
    State("/staff/courses/{course}/delete", "coordinator", status=409),
    State("/staff/venues/", "coordinator"),
    State("/staff/venues/", "coordinator", "new"),
    State("/staff/venues/new", "coordinator"),
    State("/staff/venues/new", "coordinator", is_sent_empty=True, status=422),
    State("/staff/venues/{venue}", "coordinator"),
    State("/staff/venues/{venue}/delete", "coordinator", status=409),
    # Staff: partners and people.
    State("/staff/organizations/", "coordinator"),
    State("/staff/organizations/", "coordinator", "new"),
    State("/staff/organizations/?q=nothing-has-this-name", "coordinator"),
    State("/staff/organizations/new", "coordinator"),
    State("/staff/organizations/new", "coordinator", is_sent_empty=True, status=422),
    State("/staff/organizations/{organization}", "coordinator"),
    State("/staff/organizations/{organization}/edit", "coordinator"),
    State("/staff/organizations/{organization}/members/add", "coordinator"),
    State("/staff/memberships/{membership}/end", "coordinator"),
    State("/staff/people/", "coordinator"),
    State("/staff/people/", "coordinator", "new"),
    State("/staff/people/?q=nobody-has-this-name", "coordinator"),
    State("/staff/people/new", "coordinator"),
    State("/staff/people/new", "coordinator", is_sent_empty=True, status=422),
    State("/staff/people/{person}", "coordinator"),
    State("/staff/people/{person}/edit", "coordinator"),
    State("/staff/invitations", "coordinator"),
    State("/staff/invitations", "coordinator", "new"),
    State("/staff/invitations", "coordinator", is_sent_empty=True, status=422),
    State("/staff/audit", "coordinator"),
    State("/staff/audit", "coordinator", "new"),
    State("/staff/imports/", "coordinator"),
    State("/staff/imports/", "coordinator", is_sent_empty=True, status=422),
    State("/staff/imports/{good_import}", "coordinator"),
    State("/staff/imports/{bad_import}", "coordinator"),
    State("/staff/look", "coordinator"),
    # Trainers.
    State("/trainer/", "trainer"),
    State("/trainer/", "coordinator", "new"),
    State("/trainer/sessions/{full}", "trainer"),
    State("/trainer/sessions/{over}", "coordinator"),
    State("/trainer/meetings/{meeting}", "trainer"),
    State("/trainer/meetings/{meeting_ahead}", "trainer"),
    State("/trainer/meetings/{meeting}/walk-in", "trainer"),
    State("/trainer/meetings/{meeting}/walk-in", "trainer", is_sent_empty=True, status=422),
    State("/trainer/registrations/{marked}/marks", "coordinator"),
    # Representatives.
    State("/organization/{slug}/", "representative"),
    State("/organization/{slug}/people/", "representative"),
    State("/organization/{slug}/people/?q=nobody-has-this-name", "representative"),
    State("/organization/{slug}/people/add", "representative"),
    State(
        "/organization/{slug}/people/add",
        "representative",
        is_sent_empty=True,
        status=422,
    ),
    State("/organization/{slug}/people/{person}", "representative"),
    State("/organization/{slug}/people/{person}/edit", "representative"),
    State("/organization/{slug}/people/{person}/leave", "representative"),
    State("/organization/{slug}/sessions/", "representative"),
    State("/organization/{slug}/sessions/past", "representative"),
    State("/organization/{slug}/sessions/{ours}", "representative"),
    State("/organization/{slug}/sessions/{open}/register", "representative"),
    State(
        "/organization/{slug}/sessions/{open}/register",
        "representative",
        is_sent_empty=True,
        status=422,
    ),
    State(
        "/organization/{slug}/sessions/{ours}/cancel?registration={our_registration}",
        "representative",
    ),
    State("/organization/{slug}/registrations/{our_registration}/swap", "representative"),
    State("/organization/{slug}/attendance/", "representative"),
    State("/organization/no-such-organization/", "representative", status=404),
)
