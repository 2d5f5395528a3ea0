"""The blueprint of attendance; every module of this package puts its views on it."""

from flask import Blueprint

bp = Blueprint("attendance", __name__)
