"""Pages of organizations."""

from training.organizations.views import detail, editing, listing, members
from training.organizations.views.blueprint import bp
from training.organizations.views.navigation import ways

__all__ = ["bp", "detail", "editing", "listing", "members", "ways"]
