"""Filters of a list that somebody keeps under a name: theirs alone, shown as tabs above it."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import NamedTuple
from urllib.parse import parse_qsl, urlencode

import sqlalchemy as sa

from training.audit.trail import Act, record_act
from training.db import conflicts, core, db
from training.errors import N_, ConflictError, NotFoundError
from training.sessions.models import SavedView

#: Views that one person keeps of one list.
MOST_VIEWS = 20
#: Characters of a name, and of a query.
MAX_NAME, MAX_QUERY = 80, 2000
#: Arguments of an address that are looked at.
_MOST_ARGUMENTS = 100

#: Part of an address that a list knows → tells whether the list takes this value of it.
Known = Mapping[str, Callable[[str], bool]]

# The table and not the class: what is read here is not worth an object each.
_view = SavedView.__table__.c
_OF = sa.select(_view.id, _view.name, _view.query).order_by(_view.id)


class View(NamedTuple):
    """A kept view of a list."""

    id: int
    name: str
    #: As it was saved: clean it when it is used.
    query: str


class TooManyViewsError(ConflictError):
    """Nobody finds a tab among hundreds."""

    code = "too-many-views"

    def __init__(self) -> None:
        super().__init__(
            N_("You keep %(most)s views of this list already. Delete one first."),
            most=MOST_VIEWS,
        )


class ViewNameTakenError(ConflictError):
    """Two tabs cannot be told apart by one name."""

    code = "view-name-taken"

    def __init__(self) -> None:
        super().__init__(N_("Another view of yours has this name."))


conflicts["uq_saved_view_person_id_page_name"] = ViewNameTakenError


def views_of(person_id: int, page: str) -> list[View]:
    """Return the views that somebody keeps of a list, in the order in which they were made."""
    found = core().execute(_OF.where(_view.person_id == person_id, _view.page == page))
    return [View(*row) for row in found]


def save_view(person_id: int, page: str, name: str, query: str, *, now: datetime) -> int:
    """Keep a view under a name; one that has this name already shows the new one from now on.

    :param query: cleaned, see :func:`cleaned`.
    :return: the view's id.
    :raise TooManyViewsError: there are as many already as one list can show.
    """
    views = {view.name: view.id for view in views_of(person_id, page)}
    id_ = views.get(name)
    if id_ is None:
        if len(views) >= MOST_VIEWS:
            raise TooManyViewsError
        view = SavedView(person_id=person_id, page=page, name=name, query=query, saved_at=now)
        db.session.add(view)
    else:
        view = _own(id_, person_id, page)
        view.query, view.saved_at = query, now
    db.session.flush()
    _record("view.save", view, now)
    return view.id


def rename_view(view_id: int, person_id: int, page: str, name: str, *, now: datetime) -> None:
    """Call a view something else.

    :raise NotFoundError: there is no such view of theirs.
    :raise ViewNameTakenError: from the database: another one of theirs is called so.
    """
    view = _own(view_id, person_id, page)
    view.name = name
    db.session.flush()
    _record("view.rename", view, now)


def delete_view(view_id: int, person_id: int, page: str, *, now: datetime) -> None:
    """Keep a view no longer.

    :raise NotFoundError: there is no such view of theirs.
    """
    view = _own(view_id, person_id, page)
    db.session.delete(view)
    db.session.flush()
    _record("view.delete", view, now)


def cleaned(query: str, known: Known) -> str:
    """Return of an address's query what a list knows, in the list's order; the rest is dropped.

    So a view that was kept before the list changed, or of something that is gone, still opens.

    :param query: of our own making or anybody's.
    """
    try:
        pairs = parse_qsl(query[:MAX_QUERY], max_num_fields=_MOST_ARGUMENTS)
    except ValueError:
        return ""
    kept: dict[tuple[str, str], None] = dict.fromkeys(
        (name, text) for name, text in pairs if name in known and known[name](text)
    )
    order = {name: position for position, name in enumerate(known)}
    written = urlencode(sorted(kept, key=lambda one: order[str(one[0])]))
    return written if len(written) <= MAX_QUERY else ""


def _own(view_id: int, person_id: int, page: str) -> SavedView:
    view = db.session.scalars(
        sa.select(SavedView).where(
            SavedView.id == view_id, SavedView.person_id == person_id, SavedView.page == page
        )
    ).one_or_none()
    if view is None:
        raise NotFoundError
    return view


def _record(action: str, view: SavedView, now: datetime) -> None:
    record_act(
        Act(
            action=action,
            subject_kind="saved_view",
            subject_id=view.id,
            after={"page": view.page},
        ),
        actor_id=view.person_id,
        now=now,
    )
