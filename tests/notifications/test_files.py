"""Mails as files, where no mail server is set up."""

import stat
from pathlib import Path

import pytest

from training.notifications.transport import Envelope, ServerError
from training.notifications.transport.files import FileTransport


def envelope(data: bytes = b"Subject: Hello\r\n\r\nHello\r\n") -> Envelope:
    return Envelope(
        message_id="abc",
        sender="training@example.org",
        recipient="ana@example.org",
        data=data,
        needs_utf8=False,
    )


def test_a_mail_is_a_file_that_only_its_owner_reads(tmp_path: Path) -> None:
    transport = FileTransport(tmp_path / "mail")
    transport.open()

    transport.send(envelope())
    transport.close()

    [path] = (tmp_path / "mail").iterdir()
    modes = stat.S_IMODE(path.stat().st_mode), stat.S_IMODE(path.parent.stat().st_mode)
    assert (path.name, path.read_bytes(), modes) == ("abc.eml", envelope().data, (0o600, 0o700))


def test_a_second_attempt_takes_the_place_of_the_first(tmp_path: Path) -> None:
    transport = FileTransport(tmp_path / "mail")
    transport.open()

    transport.send(envelope(b"first"))
    transport.send(envelope(b"second"))

    assert [path.read_bytes() for path in (tmp_path / "mail").iterdir()] == [b"second"]


def test_a_folder_that_cannot_be_made_is_the_transports_trouble(tmp_path: Path) -> None:
    (tmp_path / "mail").write_text("in the way")

    with pytest.raises(ServerError):
        FileTransport(tmp_path / "mail").open()


def test_a_folder_that_went_away_is_the_transports_trouble(tmp_path: Path) -> None:
    transport = FileTransport(tmp_path / "mail")
    transport.open()
    (tmp_path / "mail").rmdir()

    with pytest.raises(ServerError):
        transport.send(envelope())
