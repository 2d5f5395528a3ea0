"""A place in line, read beside whatever else is shown of a registration."""

import sqlalchemy as sa

from training.registrations.models import Registration
from training.registrations.values import RegistrationStatus

# The tables and not the classes: what is read here is not worth an object each.
_registration = Registration.__table__.c
_earlier = Registration.__table__.alias("earlier").c

#: How many wait in the same session and came before.
WAIT_LONGER = (
    sa.select(sa.func.count())
    .where(
        _earlier.training_session_id == _registration.training_session_id,
        _earlier.status == RegistrationStatus.WAITLISTED,
        _earlier.ticket < _registration.ticket,
    )
    .correlate(Registration.__table__)
    .scalar_subquery()
)
#: Place in line, from 1, as the person themselves is told it; NULL for who does not wait.
RANK = sa.case(
    (_registration.status == RegistrationStatus.WAITLISTED, WAIT_LONGER + 1), else_=sa.null()
).label("rank")
