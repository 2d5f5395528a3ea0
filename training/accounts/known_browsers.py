"""Browsers in which somebody signed in before: guesses from elsewhere do not lock these out.

Such a browser keeps a signed word for it, in a cookie of its own that opens nothing and outlives
the sign-in. Wrong passwords from it are counted apart from those of strangers.
"""

from datetime import timedelta

import sqlalchemy as sa
from flask import Response, current_app, request

from training import links
from training.accounts.service.tries import KNOWN_SIGN_IN, SIGN_IN, Allowance
from training.config import Settings
from training.db import db
from training.links import Purpose
from training.people.models import Person
from training.people.values import email_key

KEPT_FOR = timedelta(days=180)


def remember(response: Response, person_id: int) -> None:
    """Give this browser the word that somebody signed in with it."""
    settings = _settings()
    public_id, epoch = db.session.execute(
        sa.select(Person.public_id, Person.link_epoch).where(Person.id == person_id)
    ).one()
    response.set_cookie(
        _name(settings),
        links.make(settings.secret_keys[0], Purpose.KNOWN_BROWSER, public_id, epoch),
        max_age=KEPT_FOR,
        secure=settings.is_https,
        httponly=True,
        samesite="Lax",
    )


def allowance_for(email: str) -> Allowance:
    """Return how often this browser may try a password for an address, and with whom it shares."""
    settings = _settings()
    word = request.cookies.get(_name(settings), "")
    claimed = links.read(settings.secret_keys, Purpose.KNOWN_BROWSER, word)
    if claimed is None:
        return SIGN_IN
    found = db.session.scalar(
        sa.select(Person.id).where(
            Person.public_id == claimed.public_id,
            Person.link_epoch == claimed.epoch,
            Person.email_key == email_key(email),
        )
    )
    return SIGN_IN if found is None else KNOWN_SIGN_IN


def _name(settings: Settings) -> str:
    return "__Host-training-known" if settings.is_https else "training-known"


def _settings() -> Settings:
    settings: Settings = current_app.extensions["settings"]
    return settings
