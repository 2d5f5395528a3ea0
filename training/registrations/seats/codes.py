"""Letting people in by a code: looked at under the session's lock, like what else decides."""

from datetime import datetime

from training.errors import NotFoundError
from training.registrations.code_queries import find_hashed, registered_with
from training.registrations.errors import CodeEndedError, CodeSpentError
from training.registrations.values import Participant
from training.sessions.values import Audience, LockedSession


def admit(
    locked: LockedSession,
    code_hash: bytes,
    participants: tuple[Participant, ...],
    *,
    now: datetime,
) -> int:
    """Return the id of the code by which people come.

    Counted as if all of them were new, so that nobody learns whom we know.

    :raise NotFoundError: the code is not good, and without one there is no such session.
    :raise CodeEndedError: the code is not good.
    :raise CodeSpentError: more people would be registered with it than may.
    """
    found = find_hashed(code_hash, locked.id, now=now)
    if found is None or any(one.organization_id != found.organization_id for one in participants):
        if locked.audience is Audience.INVITED:
            raise NotFoundError
        raise CodeEndedError
    if found.most is not None:
        left = max(0, found.most - registered_with(found.id, locked.id))
        if len(participants) > left:
            raise CodeSpentError(left=left, most=found.most)
    return found.id
