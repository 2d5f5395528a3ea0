"""``training serve`` without its mail sender: mails are queued while we measure, and not sent."""

import importlib
import os
import sys

from benchmarks import served
from training.config import load
from training.server import serve, worker


class _NoMails:
    def keep_running(self) -> None:
        """Send nothing."""

    def stop(self) -> None:
        """There is nothing to stop."""


def main() -> None:
    """Serve on the port that is given until SIGTERM."""
    # The package has a function of that name.
    importlib.import_module("training.server.serve").MailSender = _NoMails  # type: ignore[attr-defined]
    worker.load = served.load
    serve(load(os.environ), host="127.0.0.1", port=int(sys.argv[1]), workers=int(sys.argv[2]))


if __name__ == "__main__":
    main()
