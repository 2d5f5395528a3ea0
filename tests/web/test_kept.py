"""What forms keep from one request to the next, and for whom."""

import pytest
from flask_babel import force_locale
from werkzeug.datastructures import MultiDict
from wtforms import Form, IntegerField, StringField

from training.web.blank_rows import kept_blank_row
from training.web.fields import AppForm


class _NumberForm(AppForm):
    number = IntegerField("Number")


class _Person(Form):  # type: ignore[misc]  # WTForms publishes no types
    name = StringField("Name")


class _Animal(Form):  # type: ignore[misc]  # WTForms publishes no types
    kind = StringField("Kind")


@pytest.mark.usefixtures("look")
@pytest.mark.parametrize(
    ("locale", "words"),
    [
        ("en", "Not a valid integer value."),
        ("fr", "N’est pas un entier valide."),
        ("sw", "Not a valid integer value."),  # WTForms does not speak Swahili
    ],
)
def test_words_of_wtforms_are_in_the_readers_language_or_else_in_english(
    locale: str, words: str
) -> None:
    with force_locale(locale):
        form = _NumberForm(MultiDict({"number": "many"}), meta={"csrf": False})

        assert not form.validate()

    assert [str(error).replace("'", "’") for error in form.number.errors] == [words]


@pytest.mark.usefixtures("look")
def test_a_blank_row_is_kept_for_each_form_prefix_and_pattern() -> None:
    person = kept_blank_row(_Person(prefix="people-__index__-"), "Person {number}")
    others = [
        kept_blank_row(_Animal(prefix="people-__index__-"), "Person {number}"),
        kept_blank_row(_Person(prefix="guests-__index__-"), "Person {number}"),
        kept_blank_row(_Person(prefix="people-__index__-"), "Guest {number}"),
    ]

    assert 'name="people-__index__-name"' in person
    assert "Person __number__" in person
    assert len({person, *others}) == 4
    assert kept_blank_row(_Person(prefix="people-__index__-"), "Person {number}") is person
