"""Who asks, and whether they may: the decorator that names a view's action."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import wraps
from typing import Any, TypeVar, cast

from flask import Flask, current_app, g, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import LoginManager, current_user, login_user

from training.accounts import service
from training.accounts.policy import POLICY, Action, Role, Scope, scope_for
from training.accounts.values import SignedIn, StaffRole
from training.clock import utc_now
from training.db import transaction
from training.errors import N_, BusyError, NotAllowedError

View = TypeVar("View", bound=Callable[..., ResponseReturnValue])

login_manager = LoginManager()
#: The name of the threads that write it.
ACTIVITY = "activity of a sign-in"
#: Between two writes of when a sign-in was last used.
ACTIVITY_PAUSE = timedelta(minutes=1)


class _CookieUser:
    """What Flask-Login keeps of who is signed in; the cookie holds the token, nothing else."""

    is_authenticated = is_active = True
    is_anonymous = False

    def __init__(self, token: str, signed_in: SignedIn) -> None:
        self._token, self.signed_in = token, signed_in

    def get_id(self) -> str:
        return self._token


class Activity:
    """Which sign-ins this process is to store the last use of: each at most once a minute.

    So that looking at pages writes next to nothing, and another process still hears in time that
    somebody is at work.
    """

    def __init__(self) -> None:
        self._stored_at: dict[int, datetime] = {}
        self._lock = threading.Lock()

    def is_due(self, who: SignedIn, now: datetime) -> bool:
        """Tell whether this use is to be stored; whoever is told so does it."""
        if now - who.last_seen_at < ACTIVITY_PAUSE:
            return False
        with self._lock:
            if now - self._stored_at.get(who.sign_in_id, who.last_seen_at) < ACTIVITY_PAUSE:
                return False  # a request just before this one is storing it
            recent = {
                sign_in_id: at
                for sign_in_id, at in self._stored_at.items()
                if now - at < ACTIVITY_PAUSE
            }
            self._stored_at = recent | {who.sign_in_id: now}
        return True


def register(app: Flask) -> None:
    """Wire sign-ins into the application."""
    # Its context processor would ask who is signed in for every page, shared ones too.
    login_manager.init_app(app, add_context_processor=False)
    login_manager.session_protection = None  # phones change networks
    # We set no remember cookie. This hook would read the session after every request, and so
    # put "Vary: Cookie" on pages that are the same for everybody.
    app.after_request_funcs[None].remove(login_manager._update_remember_cookie)  # noqa: SLF001
    app.extensions["activity"] = Activity()


@login_manager.user_loader  # type: ignore[untyped-decorator]  # Flask-Login has no types
def _load(token: str) -> _CookieUser | None:
    now = utc_now()
    who = service.find_signed_in(token, now=now)
    if who is None:
        return None
    activity: Activity = current_app.extensions["activity"]
    if activity.is_due(who, now):
        # A thread needs the application itself, not the proxy.
        app = current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001
        arguments = (app, who.sign_in_id, now)
        threading.Thread(target=_store, args=arguments, name=ACTIVITY, daemon=True).start()
    return _CookieUser(token, who)


def _store(app: Flask, sign_in_id: int, now: datetime) -> None:
    with app.app_context():
        try:
            with transaction():
                service.note_activity(sign_in_id, now=now)
        except BusyError:  # the next use notes it again
            app.logger.warning("last use of a sign-in not stored")


def start(token: str, signed_in: SignedIn) -> None:
    """Sign this browser in: everything that was in its cookie before is dropped."""
    session.clear()
    g.pop("csrf_token", None)
    login_user(_CookieUser(token, signed_in))


def find_signed_in() -> SignedIn | None:
    """Return who is signed in, or None."""
    user = current_user._get_current_object()  # noqa: SLF001 -- unwraps a proxy
    return user.signed_in if isinstance(user, _CookieUser) else None


def signed_in() -> SignedIn:
    """Return who is signed in, in a view that only they may open."""
    found = find_signed_in()
    if found is None:
        raise RuntimeError("this view is open to people who are not signed in")
    return found


def roles_of(who: SignedIn) -> frozenset[Role]:
    """Return what somebody is here."""
    roles = {Role.PUBLIC, Role.TRAINER, Role.REPRESENTATIVE}
    if who.staff_role == StaffRole.COORDINATOR:
        roles.add(Role.COORDINATOR)
    elif who.staff_role == StaffRole.ADMIN:
        roles.add(Role.ADMIN)
    return frozenset(roles)


@dataclass(frozen=True, slots=True)
class Permission:
    """Who asks, and how far they may reach: a query applies it to what it loads."""

    person_id: int
    scope: Scope


def permission() -> Permission:
    """Return what the view's action permits whoever is signed in."""
    granted: Permission = g.permission
    return granted


def allows(action: Action) -> Callable[[View], View]:
    """Name a view's action, and let in only who may do it.

    Who is not signed in is asked to do so; who is and may not is told (403). What is outside
    somebody's scope is the query's business, and looks like something missing (404).
    """
    is_public = Role.PUBLIC in POLICY[action]

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> ResponseReturnValue:
            if is_public:
                return view(*args, **kwargs)
            who = find_signed_in()
            if who is None:
                return _ask_to_sign_in()
            scope = scope_for(roles_of(who), action)
            if scope is None:
                raise NotAllowedError(N_("This page is for other colleagues."))
            g.permission = Permission(who.person_id, scope)
            return view(*args, **kwargs)

        guarded.action = action  # type: ignore[attr-defined]  # read by a test of all routes
        return cast("View", guarded)

    return decorate


def _ask_to_sign_in() -> ResponseReturnValue:
    if request.is_json:
        return {"code": "signed-out", "detail": "Please sign in again."}, 401
    following = request.full_path.rstrip("?") if request.method == "GET" else None
    return redirect(url_for("accounts.sign_in", next=following), code=303)
