"""What is not over, in the order of the starts, without reading years of what is."""

import sqlalchemy as sa

from training.sessions.models import TrainingSession

_session = TrainingSession.__table__.c

#: By what sessions that are not over are sorted, in lists of which the end is asked for. No planner
#: sees that the first is ``starts_at``: it would read the index of the starts, because that is
#: sorted, through all sessions that ever were, instead of sorting the few that the end leaves.
START_ORDER = (sa.func.coalesce(_session.starts_at, _session.starts_at), _session.id)
