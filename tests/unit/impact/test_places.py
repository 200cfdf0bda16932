"""Where a result is filed."""

import pytest

from services.impact.domain.places import Place, division_of, key_of, place_of, places_in, places_of

HOME = "XA"
RIVER, COAST = Place("XA", "XA-R"), Place("XA", "XA-C")
UNKNOWN, ABROAD = Place("XA", None), Place("US", "CA")


@pytest.mark.parametrize(
    ("place", "label"), [(RIVER, "XA-R"), (UNKNOWN, None), (ABROAD, "US"), (Place("US", None), "US")]
)
def test_at_home_the_province_counts_abroad_the_country(place: Place, label: str | None) -> None:
    assert place.label(HOME) == label


def test_a_site_without_a_province_stands_in_its_companys() -> None:
    assert place_of(UNKNOWN, RIVER) == RIVER
    assert place_of(COAST, RIVER) == COAST
    assert place_of(UNKNOWN, ABROAD) == UNKNOWN


def test_a_company_works_where_its_sites_are_or_where_it_is() -> None:
    assert places_of(RIVER, {}) == {RIVER}
    assert places_of(RIVER, {"a": COAST, "b": COAST, "c": ABROAD}) == {COAST, ABROAD}
    assert places_of(RIVER, {"a": UNKNOWN}) == {RIVER}


def test_places_have_one_key_whatever_their_order() -> None:
    assert key_of(frozenset({ABROAD, UNKNOWN, RIVER})) == "US:CA,XA:,XA:XA-R"
    assert places_in("US:CA,XA:,XA:XA-R") == {ABROAD, UNKNOWN, RIVER}


@pytest.mark.parametrize(
    ("isic", "division"),
    [
        ("1061", "10"),
        ("0111", "01"),
        ("C10", "10"),
        ("C1061", "10"),
        ("10", "10"),
        ("1", None),
        ("C", None),
        (None, None),
    ],
)
def test_a_division_is_the_first_two_digits(isic: str | None, division: str | None) -> None:
    assert division_of(isic) == division
