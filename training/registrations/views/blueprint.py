"""The blueprint of registrations; every module of this package puts its views on it."""

from flask import Blueprint
from flask.blueprints import BlueprintSetupState

from training.registrations.listings import ListingCache

bp = Blueprint("registrations", __name__)


@bp.record_once
def _set_up(state: BlueprintSetupState) -> None:
    state.app.extensions["listings"] = ListingCache()
