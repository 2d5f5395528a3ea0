"""What is tidied up beside the sending of mails."""

import sqlalchemy as sa
from flask import Flask

from tests.factories import Make
from tests.times import DAY, HOUR, NOW
from training.db import db, transaction
from training.notifications.jobs import do_chores
from training.submissions.models import Submission
from training.submissions.service import Send, new_key, remember


def test_what_forms_led_to_is_forgotten_after_a_day(app: Flask, make: Make) -> None:
    for at in (NOW - DAY - HOUR, NOW):
        with transaction():
            remember(Send(key=new_key(), purpose="test", actor_id=None, content={}), {}, now=at)

    done = do_chores(now=NOW)

    assert done == 3  # forms, tries, imported files
    assert db.session.scalars(sa.select(Submission.at)).all() == [NOW]
