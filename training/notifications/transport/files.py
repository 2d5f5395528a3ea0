"""Mails as files, where no mail server is set up."""

import os
from pathlib import Path

from training.notifications.transport.errors import ServerError
from training.notifications.transport.mail import Envelope


class FileTransport:
    """Writes each mail to ``<message id>.eml``; a second attempt takes the place of the first."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def open(self) -> None:
        """Make the folder, readable by nobody else.

        :raise ServerError: it cannot be made.
        """
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise ServerError(f"no folder for mails: {error.strerror}") from error

    def close(self) -> None:
        """Do nothing: each file was closed when it was written."""

    def send(self, envelope: Envelope) -> None:
        """Write a mail; the file appears whole or not at all.

        :raise ServerError: the disk is full, or may not be written.
        """
        path = self._folder / f"{envelope.message_id}.eml"
        draft = path.with_suffix(f".{os.getpid()}")
        try:
            descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with open(descriptor, "wb") as file:  # noqa: PTH123 -- a Path cannot be given a mode
                file.write(envelope.data)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(path)
        except OSError as error:
            draft.unlink(missing_ok=True)
            raise ServerError(f"a mail cannot be written: {error.strerror}") from error
