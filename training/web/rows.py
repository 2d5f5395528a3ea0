"""Rows of a form: people to register, meetings of a session."""

import re
from collections.abc import Iterable, Iterator, Mapping

from wtforms import FieldList, Form
from wtforms.widgets import HiddenInput

#: What a browser sends as the number of a row.
_NUMBER = re.compile("[0-9]{1,4}", re.ASCII)


class RowsField(FieldList):  # type: ignore[misc]  # WTForms publishes no types
    """A list of rows that takes no notice of numbers that no form of ours sends.

    WTForms reads ``people-²-name`` as a number and fails, and so it does for one of 5,000 digits.
    """

    def _extract_indices(self, prefix: str, formdata: Iterable[str]) -> Iterator[int]:
        start = f"{prefix}-"
        for name in formdata:
            if name.startswith(start):
                number = name[len(start) :].partition("-")[0]
                if _NUMBER.fullmatch(number):
                    yield int(number)

    def change(self, sent: Mapping[str, str], *, most: int) -> bool:
        """Add or remove a row if one of those buttons was pressed, and tell whether it was.

        The form is then shown again: it was not sent to be checked or done.

        :param sent: the form; ``add``, or ``remove`` with the number of a row from 0.
        :param most: how many rows there may be.
        """
        if "add" in sent:
            if len(self.entries) < most:
                _begin_at(self.append_entry().form)
            return True
        if "remove" in sent:
            number = sent["remove"]
            if _NUMBER.fullmatch(number) and int(number) < len(self.entries) > 1:
                self.pop_entry(int(number))
            return True
        return False


def _begin_at(row: Form) -> None:
    """Let the page begin where the new row is typed into."""
    first = next(control for control in row if not isinstance(control.widget, HiddenInput))
    first.render_kw = {**(first.render_kw or {}), "autofocus": True}
