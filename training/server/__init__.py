"""``training serve``: the web server and the mail sender, which begin and end together."""

from training.server.errors import ServerError
from training.server.serve import DEFAULT_WORKERS, check_database, refuse_unless_migrated, serve

__all__ = ["DEFAULT_WORKERS", "ServerError", "check_database", "refuse_unless_migrated", "serve"]
