"""The nearest names of time zones: TIME-07."""

import pytest

from training.web.zones import nearest_zones, offered_zones


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        pytest.param("Europe/Berln", "Europe/Berlin", id="slip"),
        pytest.param("europe/berlin", "Europe/Berlin", id="lower case"),
        pytest.param("Nairobi", "Africa/Nairobi", id="the city alone"),
        pytest.param("new york", "America/New_York", id="a city of two words"),
        pytest.param("Asia/Calcuta", "Asia/Calcutta", id="an old name"),
    ],
)
def test_nearest_zones_begin_with_what_was_meant(typed: str, first: str) -> None:
    assert nearest_zones(typed)[0] == first


@pytest.mark.parametrize(
    ("typed", "includes"), [("UTC+3", "Africa/Nairobi"), ("+05:45", "Asia/Kathmandu")]
)
def test_an_offset_leads_to_places_that_have_it(typed: str, includes: str) -> None:
    near = nearest_zones(typed)

    assert 1 <= len(near) <= 3
    assert set(near) <= set(offered_zones())
    assert includes.split("/", maxsplit=1)[0] in {name.split("/")[0] for name in near}


@pytest.mark.parametrize("typed", ["", "<script>", "zzzzzz", "x" * 100_000, "+99:99"])
def test_nonsense_has_no_neighbours(typed: str) -> None:
    assert nearest_zones(typed) == []
