"""The blueprint of accounts; every module of this package puts its views on it."""

from flask import Blueprint

bp = Blueprint("accounts", __name__)
