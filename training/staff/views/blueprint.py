"""The blueprint of pages that show several features; every module here puts its views on it."""

from flask import Blueprint

bp = Blueprint("staff", __name__)
#: The list of all people, under which their pages hang.
PEOPLE = "staff.people"
