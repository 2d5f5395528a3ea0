"""The blueprint of the calendars' pages and feeds."""

from flask import Blueprint

bp = Blueprint("calendars", __name__)
