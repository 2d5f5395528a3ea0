"""Who may do what: role × action × scope. The one table; see ADR 0007."""

from collections.abc import Mapping
from enum import StrEnum


class Action(StrEnum):
    """What somebody wants to do. Each view names one."""

    READ_PUBLIC = "read public pages"
    REGISTER = "register for a session"
    MANAGE_OWN_REGISTRATION = "see, correct and cancel one's registration by its link"
    SIGN_IN = "sign in"
    USE_ACCOUNT = "use one's account"
    SEE_SCHEDULE = "see all sessions, drafts too"
    SCHEDULE = "schedule, change, publish and cancel sessions"
    SEE_ROSTER = "see who is registered"
    CHANGE_ROSTER = "register, cancel and promote people"
    SEE_OWN_SESSIONS = "see the sessions one trains"
    MARK_ATTENDANCE = "mark who came"
    ADD_WALK_IN = "add somebody at the door"
    EXPORT_ROSTER = "download a roster with addresses"
    EXPORT_ATTENDANCE = "download who came"
    MANAGE_PARTNERS = "see and change organizations and people"
    INVITE = "invite people, and revoke invitations"
    MANAGE_CAMPAIGNS = "see and change campaigns"
    MANAGE_COURSES = "see and change courses"
    MANAGE_VENUES = "see and change venues and rooms"
    SEE_AUDIT = "see who did what"
    IMPORT = "bring in files"
    REPRESENT = "act for an organization one represents"
    SUBSCRIBE = "make and revoke one's feeds"


class Role(StrEnum):
    """What somebody is here. One person may be several."""

    #: Anybody at all.
    PUBLIC = "public"
    #: Whoever is signed in; which sessions are theirs, their assignments say.
    TRAINER = "trainer"
    #: Whoever is signed in; which organizations are theirs, their memberships say.
    REPRESENTATIVE = "representative"
    COORDINATOR = "coordinator"
    ADMIN = "admin"


class Scope(StrEnum):
    """How far a permission reaches. The query that loads an object applies it."""

    ALL = "all"
    #: The sessions that the person trains.
    OWN_SESSIONS = "own sessions"
    #: The organizations that the person represents.
    OWN_ORGANIZATIONS = "own organizations"
    #: The one registration, or the account, that is the person's own.
    SELF = "self"


_STAFF = {Role.COORDINATOR: Scope.ALL, Role.ADMIN: Scope.ALL}

POLICY: Mapping[Action, Mapping[Role, Scope]] = {
    Action.READ_PUBLIC: {Role.PUBLIC: Scope.ALL},
    Action.REGISTER: {Role.PUBLIC: Scope.ALL},
    Action.MANAGE_OWN_REGISTRATION: {Role.PUBLIC: Scope.SELF},
    Action.SIGN_IN: {Role.PUBLIC: Scope.SELF},
    Action.USE_ACCOUNT: {Role.TRAINER: Scope.SELF},
    Action.SEE_SCHEDULE: _STAFF,
    Action.SCHEDULE: _STAFF,
    Action.SEE_ROSTER: _STAFF,
    Action.CHANGE_ROSTER: _STAFF,
    Action.SEE_OWN_SESSIONS: {Role.TRAINER: Scope.OWN_SESSIONS, **_STAFF},
    Action.MARK_ATTENDANCE: {Role.TRAINER: Scope.OWN_SESSIONS, **_STAFF},
    Action.ADD_WALK_IN: {Role.TRAINER: Scope.OWN_SESSIONS, **_STAFF},
    Action.EXPORT_ROSTER: _STAFF,
    Action.EXPORT_ATTENDANCE: {Role.TRAINER: Scope.OWN_SESSIONS, **_STAFF},
    Action.MANAGE_PARTNERS: _STAFF,
    Action.INVITE: _STAFF,
    Action.MANAGE_CAMPAIGNS: _STAFF,
    Action.MANAGE_COURSES: _STAFF,
    Action.MANAGE_VENUES: _STAFF,
    Action.SEE_AUDIT: _STAFF,
    Action.IMPORT: _STAFF,
    Action.REPRESENT: {Role.REPRESENTATIVE: Scope.OWN_ORGANIZATIONS, **_STAFF},
    Action.SUBSCRIBE: {Role.TRAINER: Scope.SELF},
}

#: From the widest down: of several roles the widest permission counts.
_WIDEST_FIRST = (Scope.ALL, Scope.OWN_ORGANIZATIONS, Scope.OWN_SESSIONS, Scope.SELF)


def scope_for(roles: frozenset[Role], action: Action) -> Scope | None:
    """Return how far somebody with these roles may do that, or None: not at all."""
    allowed = {scope for role, scope in POLICY[action].items() if role in roles}
    return next((scope for scope in _WIDEST_FIRST if scope in allowed), None)
