"""Pages of accounts: signing in, invitations, one's own account."""

from training.accounts.views import accepting, forgotten, invitations, own, signing
from training.accounts.views.blueprint import bp
from training.accounts.views.navigation import ways

__all__ = ["accepting", "bp", "forgotten", "invitations", "own", "signing", "ways"]
