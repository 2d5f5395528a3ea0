"""The mails about a registration, written in the recipient's words when they are sent.

Each checks first that it is still true: who got a seat and gave it up since is told the second
only. A name was typed by somebody, perhaps by somebody else, and mail programs turn anything
that looks like an address into a link; so names are shown without what makes them look so.
"""

from training.notifications.values import Renderers
from training.registrations.letters import kinds, unnamed

#: Kind of message → who writes it.
RENDERERS: Renderers = {**kinds.RENDERERS, **unnamed.RENDERERS}

__all__ = ["RENDERERS"]
