"""Processes that end with the one that started them, however it ends."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import threading
import time

_PR_SET_PDEATHSIG = 1
_PARENT_POLL_SECONDS = 1.0
_RESTART_SECONDS = 10.0
#: How long the mail sender may take to finish the mail it is sending.
_STOP_SECONDS = 10.0


def end_with_parent(parent: int) -> None:
    """Have this process get SIGTERM when the process ``parent`` ends, even by SIGKILL."""
    if sys.platform == "win32":
        return
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    else:
        threading.Thread(target=_watch, args=(parent,), daemon=True).start()
    if os.getppid() != parent:  # it ended before it was asked about
        raise SystemExit(1)


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(_PARENT_POLL_SECONDS)
    os.kill(os.getpid(), signal.SIGTERM)


class MailSender:
    """``training notifications send`` in a process of its own, started anew if it should end."""

    def __init__(self, every_seconds: int = 5) -> None:
        self._command = [sys.executable, "-m", "training", "--end-with", str(os.getpid())]
        self._command += ["notifications", "send", "--every", str(every_seconds)]
        self._process: subprocess.Popen[bytes] | None = None
        self._changing = threading.Lock()
        self._stopping = threading.Event()

    def keep_running(self) -> None:
        """Run it until ``stop()``. Never returns before: the kernel's promise is to the thread."""
        while self._start():
            status = self._process.wait() if self._process else 0
            if not self._stopping.is_set():
                # On a full disk, or with nobody reading, nothing can be told; mails are still sent.
                with contextlib.suppress(OSError):
                    sys.stderr.write(
                        f"The mail sender ended with status {status}; it starts again in "
                        f"{_RESTART_SECONDS:.0f} seconds. Mails wait until then.\n"
                    )
            self._stopping.wait(_RESTART_SECONDS)

    def _start(self) -> bool:
        with self._changing:
            if self._stopping.is_set():
                return False
            # A session of its own: Ctrl-C in a terminal reaches the server alone, which stops it.
            self._process = subprocess.Popen(  # noqa: S603 -- our own command
                self._command, start_new_session=True
            )
            return True

    def stop(self) -> None:
        """End it, after the mail that it is sending."""
        with self._changing:
            self._stopping.set()
        if self._process is None:
            return
        self._process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(_STOP_SECONDS)
            return
        self._process.kill()
        self._process.wait()
