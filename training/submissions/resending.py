"""What a form learns that was sent before, or could not be done."""

from typing import Protocol

from training.errors import DomainError
from training.submissions.service import (
    AlreadySubmittedError,
    KeyReusedError,
    Send,
    find_result,
)


class KeyedForm(Protocol):
    """A form with a key that makes a second send of it harmless."""

    def renew_key(self) -> None: ...


def why_refused(form: KeyedForm, send: Send, error: DomainError) -> DomainError | None:
    """Return why a send was refused, or None: the same one was done before.

    A key that belongs to something else is renewed, so that sending the form again does it.

    :param error: what this send met with.
    """
    try:
        if find_result(send) is not None:
            return None
    except KeyReusedError:
        is_taken = True
    else:
        # Used for another purpose, or forgotten between the two statements.
        is_taken = isinstance(error, AlreadySubmittedError)
    if is_taken:
        form.renew_key()
    return KeyReusedError() if isinstance(error, AlreadySubmittedError) else error
