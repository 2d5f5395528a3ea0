"""Refusals and faults → a page, or a problem document for programs."""

import json
import logging
import secrets
from http import HTTPStatus

import sqlalchemy as sa
from flask import Flask, Response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from training.db import db, is_away, is_perhaps_kept
from training.errors import (
    BusyError,
    ConflictError,
    DomainError,
    GoneError,
    InvalidInputError,
    NotAllowedError,
    NotFoundError,
    TooLargeError,
    TooManyTriesError,
    UnknownOutcomeError,
)
from training.web.fields import sentence

logger = logging.getLogger(__name__)

STATUS_OF: dict[type[DomainError], HTTPStatus] = {
    NotFoundError: HTTPStatus.NOT_FOUND,
    NotAllowedError: HTTPStatus.FORBIDDEN,
    GoneError: HTTPStatus.GONE,
    InvalidInputError: HTTPStatus.UNPROCESSABLE_ENTITY,
    TooLargeError: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    ConflictError: HTTPStatus.CONFLICT,
    TooManyTriesError: HTTPStatus.TOO_MANY_REQUESTS,
    BusyError: HTTPStatus.SERVICE_UNAVAILABLE,
}
#: Seconds after which a busy server is worth another try.
_RETRY_AFTER = "2"
#: Where the pages of people with an account begin.
_WORKPLACES = ("/staff/", "/trainer/", "/organization/")


def register(app: Flask) -> None:
    """Answer every refusal and fault of the application."""
    app.register_error_handler(DomainError, _on_domain_error)
    app.register_error_handler(sa.exc.SQLAlchemyError, _on_database_error)
    app.register_error_handler(HTTPException, _on_http_error)
    app.register_error_handler(Exception, _on_fault)


def status_of(error: DomainError) -> HTTPStatus:
    """Return the HTTP status that a refusal is answered with."""
    return next(STATUS_OF[kind] for kind in type(error).__mro__ if kind in STATUS_OF)


def headers_for(status: HTTPStatus) -> dict[str, str]:
    """Return what an answer of this status says in its headers: when to try again, if it helps."""
    return {"Retry-After": _RETRY_AFTER} if status is HTTPStatus.SERVICE_UNAVAILABLE else {}


def headers_of(error: DomainError) -> dict[str, str]:
    """Return what an answer to a refusal says in its headers: when to try again, if it helps."""
    if isinstance(error, TooManyTriesError):
        return {"Retry-After": str(error.retry_after)}
    return headers_for(status_of(error))


def problem(status: HTTPStatus) -> Response:
    """Return an HTTP error as programs read it, for addresses that only programs ask."""
    return _problem(status, _code_of(status), _message_of(status))


def _code_of(status: HTTPStatus) -> str:
    return status.phrase.lower().replace(" ", "-")


def _problem(
    status: HTTPStatus, code: str, message: str, *, incident: str | None = None
) -> Response:
    document = {"title": status.phrase, "status": status, "code": code, "detail": message}
    if incident:
        document["incident"] = incident
    return Response(json.dumps(document), status, content_type="application/problem+json")


def _on_domain_error(error: DomainError) -> ResponseReturnValue:
    response = _respond(status_of(error), error.code, sentence(error))
    response.headers.update(headers_of(error))
    return response


def _on_database_error(error: sa.exc.SQLAlchemyError) -> ResponseReturnValue:
    if not is_away(error):
        return _on_fault(error)
    refusal = UnknownOutcomeError() if is_perhaps_kept() else BusyError()
    db.session.rollback()
    return _respond(HTTPStatus.SERVICE_UNAVAILABLE, refusal.code, sentence(refusal))


def _on_http_error(error: HTTPException) -> ResponseReturnValue:
    if error.response is not None or error.code is None or error.code < HTTPStatus.BAD_REQUEST:
        return error  # a redirect, or an answer made whole already
    status = HTTPStatus(error.code)
    message = _expired_form() if isinstance(error, CSRFError) else _message_of(status)
    response = _respond(status, _code_of(status), message)
    for name, value in error.get_headers(request.environ):
        if name not in {"Content-Type", "Content-Length"}:
            response.headers[name] = value
    return response


def _on_fault(error: Exception) -> ResponseReturnValue:
    """Answer a bug of ours: the person learns a number, the log what happened."""
    incident = secrets.token_hex(4)
    logger.error("incident %s", incident, exc_info=error)
    if is_perhaps_kept():
        message = _(
            "Something went wrong on our side. What you sent was perhaps kept: please look "
            "whether it is there before you send it again."
        )
    else:
        message = _("Something went wrong on our side. Nothing of what you sent was kept.")
    db.session.rollback()
    return _respond(HTTPStatus.INTERNAL_SERVER_ERROR, "internal-error", message, incident=incident)


def _title_of(status: HTTPStatus) -> str:
    titles = {
        HTTPStatus.FORBIDDEN: _("Not for you"),
        HTTPStatus.NOT_FOUND: _("Not found"),
        HTTPStatus.GONE: _("No longer here"),
        HTTPStatus.TOO_MANY_REQUESTS: _("Too many tries"),
        HTTPStatus.SERVICE_UNAVAILABLE: _("Busy right now"),
    }
    return str(titles.get(status) or _("That did not work"))


def _expired_form() -> str:
    """Return what to do when a form came without the token that our page gave it."""
    return str(
        _(
            "This page was open for too long, or your browser blocks cookies of this site. "
            "Go back and send it again; if that does not help, reload the page or allow cookies."
        )
    )


def _ways_from(path: str, status: HTTPStatus) -> list[tuple[str, str]]:
    """Return where to go on from an error: back to the list of the workplace that it was met in.

    By the address alone: who is signed in may be what could not be read.
    """
    if status is HTTPStatus.FORBIDDEN:  # the list may be just as closed; this leads where one may
        return [(_("Account"), "/account/")] if path.startswith(_WORKPLACES) else []
    if path.startswith("/staff/"):
        return [(_("Back to the schedule"), "/staff/schedule/")]
    if path.startswith("/trainer/"):
        return [(_("Back to the sessions"), "/trainer/")]
    if path.startswith("/account/reset/"):
        return [(_("Ask for a new link"), "/account/forgot")]
    return []


def _message_of(status: HTTPStatus) -> str:
    sentences = {
        HTTPStatus.BAD_REQUEST: _("This request cannot be understood. Go back and try again."),
        HTTPStatus.FORBIDDEN: _("You may not do this."),
        HTTPStatus.NOT_FOUND: sentence(NotFoundError()),
        HTTPStatus.METHOD_NOT_ALLOWED: _("This page cannot be used in that way."),
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE: _("This is more than can be sent at once."),
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE: _("This kind of content is not accepted here."),
    }
    return str(sentences.get(status) or _("This request cannot be answered."))


def _respond(
    status: HTTPStatus, code: str, message: str, *, incident: str | None = None
) -> Response:
    if request.path.startswith("/api/") or request.is_json:
        response = _problem(status, code, message, incident=incident)
    else:
        page = render_template(
            "errors/error.html",
            status=status.value,
            title=_title_of(status),
            message=message,
            incident=incident,
            ways=_ways_from(request.path, status),
        )
        response = Response(page, status)
    response.headers.update(headers_for(status))
    return response
