"""The link that a mail holds."""

from tests.apps import SECRET_KEY
from training import links
from training.registrations.models import Registration


def manage_path(registration: Registration, *, epoch: int | None = None) -> str:
    link = links.make(
        SECRET_KEY,
        links.Purpose.MANAGE,
        registration.public_id,
        registration.link_epoch if epoch is None else epoch,
    )
    return f"/registrations/{link}"
