"""Forms of what is done to several sessions at once."""

import re
from collections.abc import Iterable, Sequence

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict
from wtforms import HiddenField, SelectChoice, SelectField
from wtforms.validators import StopValidation

from training.sessions.queries import Trainer
from training.sessions.rules.several import SeveralAct, Wanted
from training.submissions.service import is_key, new_key
from training.text import for_display
from training.web.fields import AppForm, Required, WholeNumberField

#: Sessions that can be chosen at once.
MOST_AT_ONCE = 200
#: Days by which they can be moved, either way.
_MOST_DAYS = 3660
#: Key of a session; perhaps the revision that was shown.
_CHOSEN = re.compile(r"([1-9][0-9]{0,8})(?::([0-9]{1,9}))?", re.ASCII)


class _Days(WholeNumberField):
    """A number of days that is not none."""

    def pre_validate(self, form: object) -> None:
        super().pre_validate(form)
        if self.value == 0:
            raise StopValidation(_("Type by how many days they move: 7 is a week later."))


class WantedForm(AppForm):
    """What an act needs to know besides whom it is about. In an address too, so it has no token."""

    class Meta(AppForm.Meta):
        """Without a token: what is sent by POST brings that of ``SendForm``."""

        csrf = False

    days = _Days(
        _l("Days later"),
        [Required(_l("Type by how many days they move: 7 is a week later."))],
        least=-_MOST_DAYS,
        most=_MOST_DAYS,
        description=_l("7 is a week later, -7 a week earlier."),
    )
    trainer = SelectField(
        _l("Trainer"),
        validators=[Required(_l("Choose somebody."))],
        choices=[],
        # WTForms' own would say numbers that nobody saw.
        validate_choice=True,
    )

    def ask_for(self, act: SeveralAct, trainers: Iterable[Trainer]) -> None:
        """Leave the fields that an act needs, and offer people."""
        if act is not SeveralAct.MOVE:
            del self.days
        if act in {SeveralAct.ASSIGN, SeveralAct.UNASSIGN}:
            self.trainer.choices = [
                SelectChoice("", _("Choose …")),
                *(SelectChoice(str(one.person_id), for_display(one.name)) for one in trainers),
            ]
        else:
            del self.trainer

    def to_wanted(self, act: SeveralAct) -> Wanted:
        """Return what was asked for, after it was checked."""
        return Wanted(
            act=act,
            days=(self.days.value or 0) if "days" in self else 0,
            person_id=int(self.trainer.data) if "trainer" in self else None,
        )


class SendForm(AppForm):
    """Does it."""

    #: Makes a second send of the same form harmless.
    key = HiddenField(default=new_key)

    def renew_key(self) -> None:
        """Make what is sent next a form of its own."""
        self.key.data = new_key()

    def check_key(self) -> None:
        """See that there is a key that could be ours."""
        if not is_key(self.key.data or ""):
            self.renew_key()


def chosen(values: MultiDict[str, str]) -> dict[int, int | None]:
    """Return the sessions that were ticked: key → the revision that was shown, if one was."""
    found: dict[int, int | None] = {}
    for text in values.getlist("session")[: MOST_AT_ONCE + 1]:
        if match := _CHOSEN.fullmatch(text):
            found[int(match[1])] = int(match[2]) if match[2] else None
    return dict(sorted(found.items()))


def pieces(ids: Sequence[int], size: int) -> list[Sequence[int]]:
    """Return as many after each other as one transaction takes."""
    return [ids[start : start + size] for start in range(0, len(ids), size)]
