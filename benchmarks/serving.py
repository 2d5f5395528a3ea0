"""``training serve`` without its mail sender: mails are queued while we measure, and not sent."""

import os
import sys

from benchmarks import served
from training.config import load
from training.server import loading, serve


class _NoMails:
    def keep_running(self) -> None:
        """Send nothing."""

    def stop(self) -> None:
        """There is nothing to stop."""


def main() -> None:
    """Serve on the port that is given until SIGTERM."""
    serve.MailSender = _NoMails  # type: ignore[assignment,attr-defined]  # does nothing in its place
    loading.load = served.load
    serve.serve(load(os.environ), host="127.0.0.1", port=int(sys.argv[1]), workers=int(sys.argv[2]))


if __name__ == "__main__":
    main()
