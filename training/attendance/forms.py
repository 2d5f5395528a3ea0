"""The sheet as a form, and adding somebody at the door: text in, values out."""

import re
import secrets
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField, SelectChoice, SelectField
from wtforms.validators import Length

from training.attendance.errors import BadMarkError
from training.attendance.queries import OwnPerson, SheetRow
from training.attendance.values import AttendanceStatus, Mark, WalkIn
from training.organizations.queries import ActiveOrganization
from training.people.values import email_key
from training.submissions.service import new_key
from training.text import MAX_NAME
from training.web.converters import MAX_ID
from training.web.fields import AppForm, EmailAddressField, LineField, Required

_FIELD = re.compile("mark-([1-9][0-9]{0,9})", re.ASCII)
_KEY = re.compile("[A-Za-z0-9_-]{22}", re.ASCII)

#: Characters of why somebody was let in.
_MAX_REASON = 500
#: What a row of the form can say; an empty text takes a mark back.
_OFFERED = {
    "" if status is AttendanceStatus.CLEARED else status.value: status
    for status in AttendanceStatus
}


class SheetForm(AppForm):
    """What a sheet carries beside the marks: its key, what it showed, and the save before it."""

    #: Begins the nonces of all marks that this form makes.
    key = HiddenField()
    #: The statuses that the form was made with: what somebody else marked since is not undone by
    #: sending it, unchanged, in a form that is older.
    shown = HiddenField()
    #: Key of the save that Undo takes back, or an empty text.
    last = HiddenField()

    def begin(self, rows: Iterable[SheetRow], *, last: str) -> None:
        """Fill in what a new sheet carries."""
        self.key.data = secrets.token_urlsafe(16)
        self.shown.data = " ".join(
            f"{row.registration_id}:{row.status}" for row in rows if row.status
        )
        self.last.data = last if is_key(last) else ""

    def to_marks(self, sent: Mapping[str, str], *, all_present: bool) -> list[Mark]:
        """Return a mark for every row that was changed.

        :param sent: the request's fields.
        :param all_present: whoever has no mark is present.
        :raise BadMarkError: a status or a key that no form of ours has.
        """
        if not is_key(self.key.data or ""):
            raise BadMarkError
        shown = dict(pair.split(":", 1) for pair in (self.shown.data or "").split() if ":" in pair)
        marks = []
        for name, value in sent.items():
            if not (field := _FIELD.fullmatch(name)):
                continue
            number = field[1]
            by_default = all_present and not value
            status = AttendanceStatus.PRESENT if by_default else _OFFERED.get(value)
            is_changed = value != shown.get(number, "")
            if status is None or int(number) > MAX_ID:
                raise BadMarkError
            if is_changed or by_default:
                marks.append(
                    Mark(
                        registration_id=int(number),
                        status=status,
                        nonce=f"{self.key.data}.{number}.{status}",
                        only_if_unmarked=by_default and not is_changed,
                    )
                )
        return marks


def is_key(text: str) -> bool:
    """Tell whether something could be the key of a sheet."""
    return _KEY.fullmatch(text) is not None


class WalkInForm(AppForm):
    """Somebody who stands at the door: of those who wait, or somebody new."""

    waiting_id = SelectField(
        _l("From the waitlist"),
        default="",
        description=_l("In the order in which they wait. The name below is not needed then."),
    )
    name = LineField(_l("Full name"), [Length(max=MAX_NAME)])
    email = EmailAddressField(
        _l("E-mail"),
        description=_l(
            "Without it, nothing can be sent to them: no link, no certificate. If the session has "
            "not begun yet, you get the mails about them."
        ),
    )
    organization_id = SelectField(_l("Organization"), default="")
    overbook = BooleanField(
        _l("Overbook: let them in although no seat is free"),
    )
    reason = LineField(_l("Why is one more than there are seats all right?"))
    #: Makes a second send of the same form harmless.
    key = HiddenField(default=new_key)

    def offer(
        self, waiting: Iterable[OwnPerson], organizations: Iterable[ActiveOrganization]
    ) -> None:
        """Fill in who waits, and which organizations can be chosen."""
        self.waiting_id.choices = [
            SelectChoice("", _("Somebody else")),
            *(
                SelectChoice(
                    str(one.registration_id),
                    _("%(rank)s. %(name)s", rank=one.rank, name=one.name),
                )
                for one in waiting
            ),
        ]
        self.organization_id.choices = [
            SelectChoice("", _("None")),
            *(SelectChoice(str(one.id), one.name) for one in organizations),
        ]

    def validate(self, extra_validators: Mapping[str, Sequence[Any]] | None = None) -> bool:
        """Check the fields, then that they say whom, and why if there is no seat."""
        extra: dict[str, Sequence[Any]] = {**(extra_validators or {})}
        if not self.waiting_id.data:
            extra["name"] = [Required(_("Type the name of this person."))]
        if self.overbook.data:
            extra["reason"] = [
                Required(_("Say why: it stands in the history of this session.")),
                Length(max=_MAX_REASON),
            ]
        return bool(super().validate(extra))

    def renew_key(self) -> None:
        """Make what is sent next a form of its own."""
        self.key.data = new_key()

    def to_walk_in(self) -> WalkIn:
        """Return what was typed, after it was checked."""
        return WalkIn(
            waiting_id=int(self.waiting_id.data) if self.waiting_id.data else None,
            name=self.name.data,
            email=self.email.data or None,
            organization_id=int(self.organization_id.data) if self.organization_id.data else None,
            overbook=self.reason.data if self.overbook.data else None,
        )

    @property
    def content(self) -> dict[str, Any]:
        """What was typed, for telling a second send from another one."""
        return {
            "waiting": self.waiting_id.data,
            "name": self.name.data,
            "email": email_key(self.email.data) if self.email.data else "",
            "organization": self.organization_id.data,
            "overbook": self.overbook.data,
            "reason": self.reason.data,
        }
