"""Start, serve, end."""

import contextlib
import functools
import multiprocessing
import os
import secrets
import signal
import sys
import threading
from collections.abc import Callable
from multiprocessing import resource_tracker

from granian import Granian
from granian.constants import HTTPModes, Interfaces
from granian.log import LogLevels
from granian.server.mp import WorkerProcess

from training.config import Settings
from training.server import loading, readiness
from training.server.children import MailSender
from training.server.database import check_database, refuse_unless_ready
from training.server.errors import ServerError
from training.server.respawns import Respawns

#: More of them hinder each other: they share one interpreter, and each takes a database connection.
THREADS_PER_WORKER = 2
#: Requests that a worker takes in at once; the others wait to be accepted.
BACKPRESSURE = 128
#: How long a worker may take to finish its requests before it is killed.
STOP_SECONDS = 20


def serve(settings: Settings, *, host: str, port: int, workers: int) -> None:
    """Serve until SIGTERM, SIGINT or SIGHUP, and leave no process behind.

    Prints ``Serving Training on …`` once its own workers answer.

    :raise InstanceError: the database is not there or not sound; nothing was started.
    :raise ServerError: it cannot be served, or did not come up.
    """
    if not settings.is_https and not readiness.is_loopback(host):
        raise ServerError(
            f"Will not listen on {host} with plain http: others could read passwords and names. "
            "Set TRAINING_BASE_URL to the https address of the proxy in front of it."
        )
    check_database(settings, thorough=True)
    refuse_unless_ready(settings)
    readiness.refuse_used_port(host, port)
    _Server(settings, host=host, port=port, workers=workers).run()


class _Server:
    def __init__(self, settings: Settings, *, host: str, port: int, workers: int) -> None:
        self._settings, self._host, self._port = settings, host, port
        self._workers = workers
        self._run = secrets.token_hex(16)
        self._mail_sender = MailSender()
        self._failure: ServerError | None = None
        self._granian = Granian(
            "training",
            address=host,
            port=port,
            interface=Interfaces.WSGI,
            workers=workers,
            blocking_threads=THREADS_PER_WORKER,
            backpressure=BACKPRESSURE,
            http=HTTPModes.http1,
            websockets=False,
            log_level=LogLevels.warning,
            respawn_failed_workers=True,
            workers_kill_timeout=STOP_SECONDS,
        )
        self._granian.respawned_wrks = Respawns()

    def run(self) -> None:
        # By fork, the workers would inherit locks that a thread of ours happens to hold.
        multiprocessing.set_start_method("spawn", force=True)
        _end_by_terminal(self._interrupt)
        _end_by_sigterm(self._interrupt)
        self._granian.on_startup(self._begin)
        self._granian.on_shutdown(self._mail_sender.stop)
        try:
            self._granian.serve(
                target_loader=functools.partial(
                    loading.load, self._settings, self._run, os.getpid(), self._workers
                ),
                wrap_loader=False,
            )
        finally:
            self._mail_sender.stop()
        if self._failure:
            raise self._failure

    def _interrupt(self) -> None:
        end: Callable[[], None] = self._granian.signal_handler_interrupt
        end()

    def _begin(self) -> None:
        threading.Thread(target=self._announce_and_send_mail, daemon=True).start()

    def _announce_and_send_mail(self) -> None:
        try:
            readiness.wait_until_ready(
                self._settings, self._host, self._port, run=self._run, workers=self._worker_ids
            )
        except ServerError as error:
            self._failure = error
            self._interrupt()
            return
        public = f" for {self._settings.base_url}" if self._settings.is_https else ""
        name = f"[{self._host}]" if ":" in self._host else self._host
        with contextlib.suppress(OSError):  # on a full disk it serves all the same
            sys.stdout.write(f"Serving Training on http://{name}:{self._port}{public}\n")
            sys.stdout.flush()
        self._mail_sender.keep_running()

    def _worker_ids(self) -> set[int]:
        return {one.inner.pid for one in self._granian.wrks if isinstance(one, WorkerProcess)}


def _end_by_sigterm(end: Callable[[], None]) -> None:
    """Have SIGTERM call ``end``, whichever thread the kernel gives it to.

    Python runs a handler in the main thread, which only waits for a lock here, and is not woken by
    a signal that another thread gets. What writes to the pipe runs in whatever thread that is.
    """
    if sys.platform == "win32":
        return
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    signal.set_wakeup_fd(writing, warn_on_full_buffer=False)

    def wait() -> None:
        while numbers := os.read(reading, 64):
            if signal.SIGTERM in numbers:
                end()

    threading.Thread(target=wait, name="SIGTERM", daemon=True).start()


def _end_by_terminal(end: Callable[[], None]) -> None:
    """Have a Ctrl-C and a closed terminal call ``end``, as SIGTERM does by itself.

    A terminal sends SIGINT to every process of the group, and workers that get one beside the
    server's own word to stop hang until they are killed; on SIGHUP, granian would start its
    workers anew and outlive the terminal. So both are blocked here, and with that in every
    process started from here on, and one thread waits for them. SIGTERM is not: a worker that is
    still starting ends by it at once.
    """
    if sys.platform == "win32":
        return
    # It starts with the first worker otherwise, and unblocks what is blocked here.
    resource_tracker.ensure_running()
    awaited = {signal.SIGINT}
    if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:  # as under nohup
        awaited.add(signal.SIGHUP)
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGHUP})

    def wait() -> None:
        while True:
            signal.sigwait(awaited)
            end()

    threading.Thread(target=wait, daemon=True).start()
