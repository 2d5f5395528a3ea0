"""Forms of imports: a file that is sent, and what is to become of it."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import FileStorage
from wtforms import BooleanField, FileField, RadioField, SelectChoice

from training.imports.table import MAX_BYTES
from training.imports.values import Kind
from training.imports.words import kind_label
from training.web.fields import AppForm, Required

WAIT, LEAVE_OUT = "wait", "leave_out"


class UploadForm(AppForm):
    """A file, and what its rows are."""

    kind = RadioField(_l("What does the file hold?"), [Required(_l("Choose one."))])
    file = FileField(
        _l("File"),
        description=_l(
            "CSV, or for sessions also a calendar (.ics); at most 5 MB and 10,000 rows. "
            "Nothing is changed yet."
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind.choices = [SelectChoice(kind.value, kind_label(kind)) for kind in Kind]

    def read(self, sent: FileStorage | None) -> bytes | None:
        """Return what the file holds, at most a byte more than is taken; None: none was sent."""
        if sent is None or not sent.filename:
            self.file.errors = [_("Choose a file.")]
            return None
        return sent.stream.read(MAX_BYTES + 1)


class ConfirmForm(AppForm):
    """What is to become of rows that cannot be brought in as they are."""

    leave_out = BooleanField(
        _l("Leave these rows out, and bring in the others"),
        description=_l("Otherwise nothing is brought in: correct the file and send it again."),
    )
    waive = BooleanField(
        _l("Take people all the same who lack a course that a session builds on"),
        description=_l("Otherwise their rows cannot be brought in."),
    )
    revises = BooleanField(
        _l("Bring drafts up to date that differ from the calendar"),
        description=_l("Otherwise they stay as they are. What is published stays so in any case."),
    )
    without_seat = RadioField(_l("Whoever finds no free seat"), default=WAIT)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.without_seat.choices = [
            SelectChoice(WAIT, _("waits, behind those who wait already")),
            SelectChoice(LEAVE_OUT, _("is not registered, and reported")),
        ]

    @property
    def may_wait(self) -> bool:
        return bool(self.without_seat.data != LEAVE_OUT)
