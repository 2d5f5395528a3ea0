"""Everybody's pages as somebody on a phone finds them, with scripts and without."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.apps import create_test_app
from tests.browser.conftest import PHONE, Site
from tests.factories import Make
from tests.times import DAY, HOUR
from training.clock import utc_now
from training.db import db
from training.sessions.values import Delivery

pytestmark = pytest.mark.browser

#: Noted by the page itself, from its first moment on: what the policy stopped, what moved.
_WATCH = """
window.stopped = []; window.moved = 0;
document.addEventListener("securitypolicyviolation", (event) => stopped.push(event.blockedURI));
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.moved += entry.value;
}).observe({ type: "layout-shift", buffered: true });
"""


def make_pages(site: Site, folder: Path) -> tuple[str, str]:
    """Plan a session with all that its page can show; returns its path and its course's."""
    app = create_test_app(site.database_url, folder)
    with app.app_context():
        make, soon = Make(), utc_now() + DAY
        course = make.course("First aid", summary="In an hour.", for_whom="Whoever answers")
        trainer = make.trainer(name="Asha Otieno")
        make.profile(trainer.person_id, "Has listened since 2019.")
        session = make.training_session(
            title="Safer <livestreams>",
            description="Listen well.\n\n- to people\n- to yourself",
            accessibility="Live captions.",
            delivery=Delivery.HYBRID,
            capacity=3,
            course_id=course.id,
            trainer_ids=(trainer.person_id,),
            now=utc_now() - HOUR,
            meetings=(make.meeting_plan(soon, venue="Town hall", room="Room 4"),),
        )
        make.training_session(title="Next time", course_id=course.id, starts_at=soon + 9 * DAY)
        paths = f"/sessions/{session.id}", f"/courses/{course.slug}"
        db.session.remove()
        db.engine.dispose()
    return paths


@pytest.mark.parametrize("viewport", [PHONE, {"width": 1280, "height": 800}], ids=["phone", "wide"])
def test_somebody_finds_a_session_by_its_course_and_registers(
    site: Site,
    visit: Callable[..., Page],
    tmp_path: Path,
    viewport: dict[str, int],
) -> None:
    session_path, course_path = make_pages(site, tmp_path)
    page = visit(viewport=viewport, reduced_motion="reduce")
    page.add_init_script(_WATCH)

    for path in ("/", "/sessions/", course_path, session_path):
        page.goto(path)
        page.wait_for_load_state("networkidle")
        assert page.evaluate("stopped") == [], path
        assert page.evaluate("moved") < 0.01, path
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, path
        blocks = page.locator('script[type="application/ld+json"]').all_text_contents()
        assert all(json.loads(block)["@graph"] for block in blocks), path
        assert len(blocks) == (0 if path in {"/", "/sessions/"} else 1), path
    page.goto(course_path)
    page.get_by_role("link", name="Safer <livestreams>").click()
    page.wait_for_url(re.compile("/sessions/"))
    for heading in ("What you will be able to do", "For whom it is", "Who trains", "Where it is"):
        assert page.get_by_role("heading", name=heading).is_visible(), heading
    assert page.get_by_text("your time (Paris)").first.is_visible()
    page.get_by_role("link", name="Register", exact=True).click()
    page.wait_for_url(re.compile("/register"))
    assert page.get_by_role("heading", name="Who is coming?").is_visible()


def test_pages_say_the_same_without_scripts_and_keep_nobody_out(
    site: Site, visit: Callable[..., Page], tmp_path: Path
) -> None:
    session_path, course_path = make_pages(site, tmp_path)
    plain = visit(viewport=PHONE, java_script_enabled=False)
    seen = visit(viewport=PHONE, reduced_motion="reduce", bypass_csp=True)

    for path, words in (
        (session_path, ("Has listened since 2019.", "Live captions.", "Room 4, Town hall")),
        (course_path, ("In an hour.", "Whoever answers", "3 seats left")),
    ):
        plain.goto(path)
        for said in words:
            assert plain.get_by_text(said).first.is_visible(), said
        seen.goto(path)
        assert [one["id"] for one in Axe().run(seen).response["violations"]] == []
