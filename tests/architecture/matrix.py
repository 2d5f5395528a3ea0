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
#: What is the trainer's own alone.
OWN = {**ACCOUNT, **dict.fromkeys(ROLES[2:], "missing"), "trainer": "open"}
#: Opened by a mailed link, and only where nobody else is signed in.
TO_SOMEBODY_NEW = {**dict.fromkeys(ROLES, "refused"), "nobody": "open", "disabled": "open"}

#: Of an id that belongs to somebody else, or a secret that nobody was given.
NOBODYS = dict.fromkeys(ROLES, "missing")

#: Endpoint → role → answer, for each method that the route knows.
MATRIX = {
    "accounts.end_others": ACCOUNT,
    "accounts.end_sign_in": OWN,
    "accounts.forgot": OPEN,
    "accounts.forgot_sent": OPEN,
    "accounts.home": ACCOUNT,
    "accounts.invitation": TO_SOMEBODY_NEW,
    "accounts.invitations": STAFF,
    "accounts.password": ACCOUNT,
    "accounts.profile": ACCOUNT,
    "accounts.reset": OPEN,
    "accounts.revoke_invitation": STAFF,
    "accounts.send_invitation_again": STAFF,
    "accounts.sign_in": OPEN,
    "accounts.sign_ins": ACCOUNT,
    "accounts.sign_out": ACCOUNT,
    "attendance.export_attendance": OWN_SESSION,
    "attendance.export_roster": STAFF,
    "attendance.history": OWN_SESSION,
    "attendance.marks": OWN_SESSION,
    "attendance.sessions": ACCOUNT,
    "attendance.sheet": OWN_SESSION,
    "attendance.training_session": OWN_SESSION,
    "attendance.walk_in": OWN_SESSION,
    "calendars.feeds": ACCOUNT,
    "calendars.make_feed": ACCOUNT,
    "calendars.revoke": OWN,
    "calendars.rotate": OWN,
    "calendars.secret": NOBODYS,
    "calendars.sessions": OPEN,
    "calendars.subscribe": OPEN,
    "organizations.add_member": STAFF,
    "organizations.change_role": STAFF,
    "organizations.detail": STAFF,
    "organizations.edit": STAFF,
    "organizations.end_membership": STAFF,
    "organizations.index": STAFF,
    "organizations.invite": STAFF,
    "organizations.new": STAFF,
    "imports.detail": STAFF,
    "imports.index": STAFF,
    "imports.sample": STAFF,
    "registrations.accept": OPEN,
    "registrations.add": STAFF,
    "registrations.approve": STAFF,
    "registrations.approve_several": STAFF,
    "registrations.allotments": STAFF,
    "registrations.cancel": OPEN,
    "registrations.cancel_several": STAFF,
    "registrations.change_hold": STAFF,
    "registrations.change_seats": STAFF,
    "registrations.correct_name": OPEN,
    "registrations.decline": OPEN,
    "registrations.detail": OPEN,
    "registrations.holds": STAFF,
    "registrations.home": OPEN,
    "registrations.index": OPEN,
    "registrations.make_feed": OPEN,
    "registrations.manage": OPEN,
    "registrations.move": STAFF,
    "registrations.promote": STAFF,
    "registrations.refuse": STAFF,
    "registrations.register": OPEN,
    "registrations.registered": OPEN,
    "registrations.release_hold": STAFF,
    "registrations.reopen": STAFF,
    "registrations.requests": STAFF,
    "registrations.revoke_feed": NOBODYS,
    "registrations.rotate_feed": NOBODYS,
    "registrations.roster": STAFF,
    "registrations.seat_rules": STAFF,
    "registrations.staff_cancel": STAFF,
    "registrations.subscribe": OPEN,
    "registrations.swap": STAFF,
    "representatives.accept": OWN_ORGANIZATION,
    "representatives.add_person": OWN_ORGANIZATION,
    "representatives.attendance": OWN_ORGANIZATION,
    "representatives.cancel": OWN_ORGANIZATION,
    "representatives.decline": OWN_ORGANIZATION,
    "representatives.edit_person": OWN_ORGANIZATION,
    "representatives.end_membership": OWN_ORGANIZATION,
    "representatives.export": OWN_ORGANIZATION,
    "representatives.overview": OWN_ORGANIZATION,
    "representatives.past": OWN_ORGANIZATION,
    "representatives.people": OWN_ORGANIZATION,
    "representatives.person": OWN_ORGANIZATION,
    "representatives.register": OWN_ORGANIZATION,
    "representatives.session": OWN_ORGANIZATION,
    "representatives.sessions": OWN_ORGANIZATION,
    "representatives.settle_claims": OWN_ORGANIZATION,
    "representatives.swap": OWN_ORGANIZATION,
    "sessions.archive_campaign": STAFF,
    "sessions.archive_course": STAFF,
    "sessions.archive_venue": STAFF,
    "sessions.campaigns": STAFF,
    "sessions.cancel": STAFF,
    "sessions.courses": STAFF,
    "sessions.delete_campaign": STAFF,
    "sessions.delete_course": STAFF,
    "sessions.delete_venue": STAFF,
    "sessions.download": OPEN,
    "sessions.duplicate": STAFF,
    "sessions.edit": STAFF,
    "sessions.edit_campaign": STAFF,
    "sessions.edit_course": STAFF,
    "sessions.edit_venue": STAFF,
    "sessions.hold_anyway": STAFF,
    "sessions.home": STAFF,
    "sessions.new": STAFF,
    "sessions.new_campaign": STAFF,
    "sessions.new_course": STAFF,
    "sessions.new_venue": STAFF,
    "sessions.publish": STAFF,
    "sessions.schedule": STAFF,
    "sessions.venues": STAFF,
    "staff.audit": STAFF,
    "staff.calendar_health": STAFF,
    "staff.calendars": STAFF,
    "staff.edit_person": STAFF,
    "staff.history": STAFF,
    "staff.look": STAFF,
    "staff.new_person": STAFF,
    "staff.people": STAFF,
    "staff.person": STAFF,
    "staff.write_to_outdated": STAFF,
    "web.healthz": OPEN,
    "web.readyz": OPEN,
}

#: Answer to nobody and say nothing of anybody: they name no action.
WITHOUT_ACTION = {"web.healthz", "web.readyz"}
