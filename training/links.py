"""Links that mails repeat: signed, stored nowhere, revoked by raising an epoch.

Such a link is ``public_id.epoch.signature``. Nothing is stored, so a copy of the database
holds no usable link; the same link can be written again into the next mail.
"""

import base64
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

#: Bytes of the signature that are kept: 128 bits, far beyond guessing over HTTP.
SIGNATURE_BYTES = 16
#: Longer is none of ours and is not even looked at.
MAX_LENGTH = 200


class Purpose(StrEnum):
    """What a link is for. One made for one purpose opens nothing else."""

    MANAGE = "manage"
    INVITE = "invite"
    RESET = "reset"
    KNOWN_BROWSER = "known browser"


@dataclass(frozen=True, slots=True)
class Claimed:
    """What a link with a right signature says. The epoch is still to be compared."""

    public_id: str
    epoch: int


def make(secret: str, purpose: Purpose, public_id: str, epoch: int) -> str:
    """Return the link's text for a path; it needs no quoting."""
    return f"{public_id}.{epoch}.{_signature(secret, purpose, public_id, epoch)}"


def read(secrets: Sequence[str], purpose: Purpose, text: str) -> Claimed | None:
    """Return what the link claims, or None if none of the secrets signed it.

    :param secrets: the current one first; the rest were rotated out and still verify.
    """
    parts = text.split(".") if len(text) <= MAX_LENGTH and text.isascii() else []
    if len(parts) != 3:  # noqa: PLR2004 -- id, epoch, signature
        return None
    public_id, epoch_text, signature = parts
    if not (epoch_text.isdecimal() and len(epoch_text) <= 9):  # noqa: PLR2004 -- fits an integer
        return None
    epoch = int(epoch_text)
    if epoch_text != str(epoch):
        return None
    for secret in secrets:
        if hmac.compare_digest(signature, _signature(secret, purpose, public_id, epoch)):
            return Claimed(public_id, epoch)
    return None


def _signature(secret: str, purpose: Purpose, public_id: str, epoch: int) -> str:
    signed = hmac.digest(secret.encode(), f"{purpose}\n{public_id}\n{epoch}".encode(), "sha256")
    return base64.urlsafe_b64encode(signed[:SIGNATURE_BYTES]).decode().rstrip("=")
