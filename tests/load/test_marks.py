"""LOAD-05: trainers who send their marks in the same minute, on a real server."""

import json
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest
from flask import Flask

from tests.attendance.posting import item
from tests.attendance.sheets import PRESENT, Running, current, history, running
from tests.factories import Make
from tests.load.browsing import Browser, hidden
from tests.load.conftest import Serve
from tests.load.sizes import IS_FULL, MARKS_EACH, MINUTE, TRAINERS, chance_of, figures, percentile
from training.accounts.service import sign_in
from training.checks.service import audit
from training.clock import utc_now
from training.db import transaction

pytestmark = pytest.mark.xdist_group("load")

MOST_AT_ONCE = 32


@dataclass(frozen=True, slots=True)
class Phone:
    """One trainer's, with the sheet open."""

    browser: Browser
    token: str
    sheet: Running


@pytest.mark.skipif(not IS_FULL, reason="takes long: make load")
def test_load_05_of_marks_sent_by_all_trainers_in_one_minute_none_is_lost(
    app: Flask, make: Make, serve: Serve, engine: str
) -> None:
    """LOAD-05."""
    sheets = [running(make, people=MARKS_EACH) for _ in range(TRAINERS)]
    [server] = serve(1)
    phones = [opened(app, server.port, number, sheet) for number, sheet in enumerate(sheets)]
    chance = chance_of("uploads")
    began = time.monotonic() + 0.1

    def upload(phone: Phone, at: float) -> tuple[float, list[str]]:
        time.sleep(max(0.0, began + at - time.monotonic()))
        marks = [item(one) for one in phone.sheet.registration_ids]
        sent = time.monotonic()
        answer = phone.browser.ask(
            "POST",
            phone.sheet.marks_path,
            json.dumps({"marks": marks}),
            {"Content-Type": "application/json", "X-CSRFToken": phone.token},
        )
        waited = time.monotonic() - sent
        phone.browser.close()
        return waited, [one["result"] for one in json.loads(answer.body)["results"]]

    times = sorted(chance.uniform(0, MINUTE) for _ in phones)
    with ThreadPoolExecutor(MOST_AT_ONCE) as pool:
        uploads = list(pool.map(upload, phones, times))

    waits = [waited for waited, _ in uploads]
    p95 = percentile(waits, 0.95)
    figures(f"LOAD-05 {engine}", waits, time.monotonic() - began, p95=f"{1000 * p95:.1f} ms")
    assert [results for _, results in uploads] == [["saved"] * MARKS_EACH] * TRAINERS
    marked = {one for sheet in sheets for one in sheet.registration_ids}
    assert current() == dict.fromkeys(marked, PRESENT)
    assert len(history()) == TRAINERS * MARKS_EACH
    assert audit(now=utc_now()) == []
    if engine == "postgresql":
        assert p95 < 1.0


def opened(app: Flask, port: int, number: int, sheet: Running) -> Phone:
    """Sign a trainer in and open the sheet."""
    with transaction():
        signed_in = sign_in(sheet.trainer.id, now=utc_now())
    signer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]  # Flask's own keeps sessions in cookies
    browser = Browser(port, number)
    browser.cookie = f"{app.config['SESSION_COOKIE_NAME']}={signer.dumps({'_user_id': signed_in})}"
    token = hidden(browser.get(sheet.path).body)["csrf_token"]
    browser.close()  # the server would, before some of the marks are sent
    return Phone(browser, token, sheet)
