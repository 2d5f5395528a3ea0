"""What the components of forms need to know of a WTForms form: every error, with its field."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from flask_babel import gettext as _
from wtforms import FieldList, FormField, HiddenField, RadioField


class ErrorLink(NamedTuple):
    """One thing that is wrong, and the id of the control that sets it right."""

    target: str | None
    message: str


def error_links(form: Any) -> list[ErrorLink]:
    """Return every error of a form in the order of its fields, first those of the whole form.

    :param form: WTForms; rows (a ``FieldList`` of ``FormField``) are told apart by their number,
        and a ``FormField`` that says ``whose`` it is, by that.
    """
    whole = [ErrorLink(None, str(message)) for message in form.form_errors]
    return whole + list(_links(form, row=None))


def _links(form: Any, row: int | str | None) -> Iterator[ErrorLink]:
    for control in form:
        if isinstance(control, FieldList):
            yield from _plain(control, row, control.errors)
            for number, entry in enumerate(control.entries, start=1):
                yield from _of_entry(entry, number)
        else:
            yield from _of_entry(control, row)


def _of_entry(control: Any, row: int | str | None) -> Iterator[ErrorLink]:
    if isinstance(control, FormField):
        row = getattr(control, "whose", row)
        yield from _plain(control, row, control.form.form_errors)
        yield from _links(control.form, row)
    else:
        yield from _plain(control, row, control.errors)


def _plain(control: Any, row: int | str | None, errors: Sequence[Any]) -> Iterator[ErrorLink]:
    for error in errors:
        if isinstance(error, dict | list | tuple):
            continue  # sums up rows, which speak for themselves
        message = str(error)
        if isinstance(row, str):
            message = _("%(name)s: %(message)s", name=row, message=message)
        elif row is not None:
            message = _("Row %(row)s: %(message)s", row=row, message=message)
        yield ErrorLink(_target(control), message)


def _target(control: Any) -> str | None:
    """Return the id of what can be typed in or chosen; a hidden field has nothing of the kind."""
    if isinstance(control, HiddenField):
        return None
    return f"{control.id}-0" if isinstance(control, RadioField) else str(control.id)
