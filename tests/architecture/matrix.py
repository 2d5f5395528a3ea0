"""Who may open what, written by hand: the second opinion on the policy and its decorators.

A route that does not stand here fails the build. Answers: "open", "sign in" (sent there),
"refused" (403), "missing" (404, as if there were nothing).
"""

ROLES = (
    "nobody",
    "disabled",
    "neighbour",  # a trainer of another session
    "trainer",  # of this session
    "rival",  # a representative of another organization
    "representative",  # of the organization of the person with the markers
    "coordinator",
    "admin",
)

OPEN = dict.fromkeys(ROLES, "open")
_SIGNED_OUT = {"nobody": "sign in", "disabled": "sign in"}
ACCOUNT = {**dict.fromkeys(ROLES, "open"), **_SIGNED_OUT}
_OTHERS = ("neighbour", "trainer", "rival", "representative")
STAFF = {**ACCOUNT, **dict.fromkeys(_OTHERS, "refused")}
OWN_SESSION = {**ACCOUNT, **dict.fromkeys(_OTHERS, "missing"), "trainer": "open"}
OWN_ORGANIZATION = {**ACCOUNT, **dict.fromkeys(_OTHERS, "missing"), "representative": "open"}

#: Endpoint → role → answer, for each method that the route knows.
MATRIX = {
    "accounts.home": ACCOUNT,
    "accounts.sign_in": OPEN,
    "accounts.sign_out": ACCOUNT,
    "attendance.marks": OWN_SESSION,
    "attendance.sessions": ACCOUNT,
    "attendance.sheet": OWN_SESSION,
    "calendars.sessions": OPEN,
    "calendars.subscribe": OPEN,
    "registrations.add": STAFF,
    "registrations.cancel": OPEN,
    "registrations.change_seats": STAFF,
    "registrations.correct_name": OPEN,
    "registrations.detail": OPEN,
    "registrations.home": OPEN,
    "registrations.index": OPEN,
    "registrations.manage": OPEN,
    "registrations.promote": STAFF,
    "registrations.register": OPEN,
    "registrations.registered": OPEN,
    "registrations.roster": STAFF,
    "registrations.staff_cancel": STAFF,
    "sessions.cancel": STAFF,
    "sessions.download": OPEN,
    "sessions.edit": STAFF,
    "sessions.home": STAFF,
    "sessions.new": STAFF,
    "sessions.publish": STAFF,
    "sessions.schedule": STAFF,
    "web.healthz": OPEN,
    "web.readyz": OPEN,
}

#: Answer to nobody and say nothing of anybody: they name no action.
WITHOUT_ACTION = {"web.healthz", "web.readyz"}
