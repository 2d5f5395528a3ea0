"""The blueprint of organizations; every module of this package puts its views on it."""

from flask import Blueprint, url_for
from flask_babel import gettext as _

bp = Blueprint("organizations", __name__)
#: The list, under which every page of organizations hangs.
INDEX = "organizations.index"


def organization_url(organization_id: int) -> str:
    """Return the address of the page of an organization."""
    return url_for("organizations.detail", organization_id=organization_id)


def crumbs(*further: tuple[str, str]) -> list[tuple[str, str]]:
    """Return the way up from a page below the list."""
    return [(_("Organizations"), url_for(INDEX)), *further]
