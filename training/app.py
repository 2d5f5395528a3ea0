"""The application: settings, extensions, features, and who answers to what happened below."""

import hashlib
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import Flask
from flask_babel import Babel
from flask_wtf import CSRFProtect
from jinja2 import StrictUndefined
from whitenoise import WhiteNoise

import training.accounts.views
import training.attendance.models  # every table must be known, whoever asks for it first
import training.attendance.views
import training.calendars.views
import training.campaigns.models
import training.imports.views
import training.organizations.views
import training.registrations.views
import training.representatives.views
import training.sessions.views
import training.staff.views
import training.submissions.models
from training import changes
from training.accounts import access
from training.accounts import letters as account_letters
from training.accounts.changes import InvitationAccepted
from training.accounts.service.tries import forget_old_tries
from training.accounts.workplace import Ways
from training.attendance.queries import attendance_of, attended_courses
from training.calendars.service import tokens
from training.calendars.sources import PublicParts, Source
from training.calendars.values import FeedKind
from training.campaigns.changes import CampaignRevised
from training.config import Settings, load
from training.db import db, engine_options
from training.imports.service import forget_old_files
from training.notifications.values import Renderers
from training.organizations.changes import OrganizationResumed, RepresentationEnded
from training.organizations.service import answer_accepted_invitation
from training.people.changes import EmailChanged
from training.registrations import entries as registration_entries
from training.registrations import letters, listings, mailing, seats
from training.registrations.affected_queries import affected
from training.registrations.jobs import settle_due
from training.sessions import entries, feeds
from training.sessions.changes import (
    MeetingDropped,
    SessionCancelled,
    SessionPublished,
    SessionReopened,
    SessionRevised,
    SessionScheduled,
)
from training.sessions.service.campaigns import answer_revised_campaign
from training.staff import feed_news
from training.staff import letters as staff_letters
from training.submissions.service import forget_old
from training.web import converters, error_pages, filters, headers, health, limits
from training.web.cookies import CookieSessions
from training.web.shared_pages import PageCache
from training.web.strict_request import StrictRequest
from training.web.templating import PlainEnvironment

PACKAGE = Path(__file__).resolve().parent
STATIC = PACKAGE / "static"
#: In a wheel the templates lie inside the package; in a checkout beside it.
TEMPLATES = next(
    folder for folder in (PACKAGE / "templates", PACKAGE.parent / "templates") if folder.is_dir()
)

#: No form of ours is larger, but the one for files to import, which says so itself.
MAX_CONTENT_BYTES = 1_000_000
MAX_FORM_PARTS = 1_000

#: What happened below → who answers above, in this order, before COMMIT.
SUBSCRIBERS: changes.Subscribers = {
    InvitationAccepted: [answer_accepted_invitation],
    CampaignRevised: [answer_revised_campaign],
    SessionScheduled: [entries.write],
    MeetingDropped: [entries.forget],
    SessionPublished: [entries.write],
    SessionRevised: [seats.answer_revised_session, entries.write],
    SessionCancelled: [seats.answer_cancelled_session, entries.write],
    SessionReopened: [seats.answer_reopened_session, entries.write],
    RepresentationEnded: [tokens.answer_ended_representation, mailing.answer_ended_representation],
    OrganizationResumed: [seats.answer_resumed_organization],
    EmailChanged: [mailing.answer_changed_email],
}

#: Who offers ways through the workplaces, in the order of the navigation.
WAYS: Sequence[Ways] = (
    training.staff.views.first_ways,  # where a day begins, and so where signing in leads to
    training.sessions.views.ways,
    training.representatives.views.ways,  # before what everybody has: it is where they work
    training.attendance.views.ways,
    training.organizations.views.ways,
    training.staff.views.ways,
    training.calendars.views.ways,
    training.imports.views.ways,
    training.accounts.views.ways,
)

#: Who writes which kind of mail.
RENDERERS: Renderers = {
    **account_letters.RENDERERS,
    **letters.RENDERERS,
    **staff_letters.RENDERERS,
}

#: Who knows what belongs to the feeds of each kind.
FEEDS: Mapping[FeedKind, Source] = {
    FeedKind.PERSON: registration_entries.PERSON,
    FeedKind.TRAINER: feeds.TRAINER,
    FeedKind.ORGANIZATION: registration_entries.ORGANIZATION,
    FeedKind.STAFF: feeds.STAFF,
}
#: Who knows what the public feed can be narrowed to.
PUBLIC_PARTS = PublicParts(feeds.narrow, listings.filter_options, feeds.DELIVERIES)

#: What is tidied up once an hour, beside the sending of mails.
CHORES: Sequence[Callable[..., object]] = (forget_old, forget_old_tries, forget_old_files)


#: What time alone changes, looked at several times a minute beside the sending of mails.
TIMERS: Sequence[Callable[..., object]] = (settle_due,)


def create_app(settings: Settings | None = None, *, processes: int = 1) -> Flask:
    """Make the application.

    :param settings: from the environment unless given.
    :param processes: how many share the limits of one server, where they count each for itself.
    :raise ConfigError: the environment does not say what it must.
    """
    settings = settings or load(os.environ)
    app = Flask(
        "training",
        static_folder=None,
        template_folder=str(TEMPLATES),
        instance_path=str(settings.instance.resolve()),
    )
    app.request_class = StrictRequest
    app.jinja_environment = PlainEnvironment
    app.session_interface = CookieSessions()
    app.config.from_mapping(_config(settings))
    app.extensions["settings"] = settings
    app.extensions["changes"] = SUBSCRIBERS
    app.extensions["renderers"] = RENDERERS
    app.extensions["chores"] = CHORES
    app.extensions["timers"] = TIMERS
    app.extensions["ways"] = WAYS
    app.extensions["feeds"] = FEEDS
    app.extensions["public_parts"] = PUBLIC_PARTS
    app.extensions["affected"] = affected
    app.extensions["unread"] = feed_news.unread
    app.extensions["attended_courses"] = attended_courses
    app.extensions["marks"] = attendance_of
    app.url_map.converters["id"] = converters.IdConverter

    db.init_app(app)
    Babel(app, default_locale=settings.locale, configure_jinja=False)
    CSRFProtect(app)
    access.register(app)
    error_pages.register(app)
    headers.register(app, is_https=settings.is_https)
    filters.register(app)
    limits.register(app, settings, processes=processes)
    health.register(app)
    _register_features(app)
    _serve_static(app, settings)
    _set_up_templates(app, settings)
    return app


def _config(settings: Settings) -> dict[str, Any]:
    url = sa.make_url(settings.database_url)
    return {
        "SECRET_KEY": settings.secret_keys[0],
        "SECRET_KEY_FALLBACKS": list(settings.secret_keys[1:]),
        "SQLALCHEMY_DATABASE_URI": url,
        "SQLALCHEMY_ENGINE_OPTIONS": engine_options(url),
        "TRUSTED_HOSTS": list(settings.trusted_hosts),
        "SESSION_COOKIE_NAME": "__Host-training" if settings.is_https else "training",
        "SESSION_COOKIE_SECURE": settings.is_https,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_PATH": "/",
        "MAX_CONTENT_LENGTH": MAX_CONTENT_BYTES,
        "MAX_FORM_MEMORY_SIZE": MAX_CONTENT_BYTES,
        "MAX_FORM_PARTS": MAX_FORM_PARTS,
        # A phone keeps the attendance sheet open for hours.
        "WTF_CSRF_TIME_LIMIT": None,
        "DEBUG": settings.debug,
    }


def _register_features(app: Flask) -> None:
    for views in (
        training.accounts.views,
        training.calendars.views,
        training.sessions.views,
        training.registrations.views,
        training.attendance.views,
        training.organizations.views,
        training.staff.views,
        training.representatives.views,
        training.imports.views,
    ):
        app.register_blueprint(views.bp)


def _serve_static(app: Flask, settings: Settings) -> None:
    """Serve our own files under an address that changes with them, so that they may be kept."""
    version = _hash_of(STATIC)
    prefix = f"/static/{version}/"

    def add_headers(response_headers: Any, _path: str, _url: str) -> None:
        for name, value in headers.HEADERS.items():
            response_headers[name] = value

    app.wsgi_app = WhiteNoise(  # type: ignore[method-assign]  # how Flask takes middleware
        app.wsgi_app,
        root=str(STATIC),
        prefix=prefix,
        max_age=31_536_000,
        allow_all_origins=False,
        autorefresh=settings.debug,
        add_headers_function=add_headers,
    )
    app.jinja_env.globals["static_url"] = lambda name: prefix + name
    app.extensions["looks"] = "\n".join(
        (
            settings.site_name,
            settings.base_url,
            version,
            _hash_of(TEMPLATES),
            _hash_of(PACKAGE, "*.py"),
        )
    )
    app.extensions["page_cache"] = PageCache()


def _hash_of(folder: Path, pattern: str = "*") -> str:
    hashed = hashlib.sha256()
    for path in sorted(path for path in folder.rglob(pattern) if path.is_file()):
        hashed.update(path.relative_to(folder).as_posix().encode())
        hashed.update(path.read_bytes())
    return hashed.hexdigest()[:12]


def _set_up_templates(app: Flask, settings: Settings) -> None:
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals.update(
        site_name=settings.site_name,
        site_url=settings.base_url,
        is_http_banner=not settings.is_https,
    )
