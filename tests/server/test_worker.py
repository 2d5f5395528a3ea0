"""What stands between the server and the application in each worker."""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from jinja2 import DictLoader, Environment

from training.server import worker
from training.server.templates import CompiledTemplates


class Recorder:
    """An application that keeps what it was asked with."""

    def __init__(self) -> None:
        self.environ: dict[str, Any] = {}

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        self.environ = dict(environ)
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [b"ok"]


def ask(served: Any, **environ: str) -> dict[str, str]:
    """Ask as granian does, which adds all variables of the operating system."""
    answer: dict[str, str] = {}

    def start_response(_status: str, headers: list[tuple[str, str]], *_error: Any) -> None:
        answer.update(headers)

    assert list(served({**os.environ, "wsgi.multiprocess": False, **environ}, start_response)) == [
        b"ok"
    ]
    return answer


def test_no_variable_of_the_operating_system_reaches_the_application(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TRAINING_SECRET_KEY", "topsecret")
    monkeypatch.setenv("PGPASSWORD", "topsecret")
    app = Recorder()

    ask(worker.Served(app, "run"), PATH_INFO="/", HTTP_HOST="training.example.org")

    assert app.environ == {
        "PATH_INFO": "/",
        "HTTP_HOST": "training.example.org",
        "wsgi.multiprocess": True,
    }


def test_a_variable_that_looks_like_a_header_is_dropped_before_the_first_request(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    names = ("HTTP_PROXY", "HTTP_X_FORWARDED_FOR", "REMOTE_USER", "HTTPS", "CONTENT_LENGTH")
    for name in names:
        monkeypatch.setenv(name, "from the operating system")
    monkeypatch.setenv("HTTPX_LOG_LEVEL", "stays")

    worker.forget_false_headers()

    assert [name for name in names if name in os.environ] == []
    assert os.environ["HTTPX_LOG_LEVEL"] == "stays"


def test_a_worker_names_itself_to_its_own_server_only() -> None:
    served = worker.Served(Recorder(), "the-run")

    assert ask(served, HTTP_X_TRAINING_RUN="the-run")["X-Training-Worker"] == str(os.getpid())
    assert "X-Training-Worker" not in ask(served, HTTP_X_TRAINING_RUN="a-guess")
    assert "X-Training-Worker" not in ask(served, HTTP_X_TRAINING_RUN="gu\xe9ss")
    assert "X-Training-Worker" not in ask(served)


def environment(folder: Path, text: str) -> Environment:
    return Environment(
        loader=DictLoader({"page": text}), bytecode_cache=CompiledTemplates(folder), autoescape=True
    )


def test_compiled_templates_are_kept_and_those_of_another_text_are_not_used(tmp_path: Path) -> None:
    folder = tmp_path / "compiled"

    first = environment(folder, "one").get_template("page").render()
    kept = [path.read_bytes() for path in folder.iterdir()]
    again = environment(folder, "one").get_template("page").render()
    other = environment(folder, "two").get_template("page").render()

    assert (first, again, other) == ("one", "one", "two")
    assert len(kept) == 1
    assert [path.read_bytes() for path in folder.iterdir()] != kept


def test_where_nothing_can_be_kept_templates_are_compiled_each_time(tmp_path: Path) -> None:
    (tmp_path / "compiled").write_text("a file, and no folder")

    assert environment(tmp_path / "compiled", "one").get_template("page").render() == "one"
