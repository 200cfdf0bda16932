"""A mapping: where fields come from, what is labelled, and what it may not say."""

from decimal import Decimal
from pathlib import Path

import pytest

from chassis.imports.mappings import (
    MappingIsInvalid,
    MappingIsUnknown,
    Reading,
    Take,
    crosswalk,
    mapping_of,
    missing_columns,
    oddity,
    text_of,
)
from chassis.imports.sheets import Row
from chassis.pack import Pack
from chassis.settings import ROOT
from services.clients.schemas import ClientMapping

DEMO = Pack(ROOT / "packs" / "demo")
LEAST = 'sender = "me"\n[clients]\nrow_key = "id"\nname = "name"\ncountry = { constant = "XA" }\n'


def _reading(**cells: str) -> Reading:
    return Reading(Row(2, cells), {"units": {"1": "pieces"}})


def test_a_field_comes_from_a_column_a_constant_or_a_text_with_columns() -> None:
    reading = _reading(id="7", name="  Nước\u200b ")
    assert reading.text("name", Take(column="name")) == "Nước\u200b"
    assert reading.text("country", Take(constant="VN")) == "VN"
    assert reading.text("name", Take(template="Plant {id}")) == "Plant 7"
    assert reading.text("name", Take(template="Plant {id} of {nobody}")) is None
    assert reading.text("name", None) is None


def test_a_template_reaches_nothing_but_cells() -> None:
    assert _reading(id="7").text("name", Take(template="{id.__class__} {0}")) is None


def test_keys_ignore_hidden_characters_and_spaces() -> None:
    assert _reading(id=" A\u200b 1\u00a0").key(Take(column="id")) == "A 1"


def test_texts_are_normalised_but_not_stripped_of_anything_visible() -> None:
    assert _reading(name="Nu\u031bo\u031b\u0301c").text("name", Take(column="name")) == "Nước"


def test_what_is_odd_is_labelled() -> None:
    reading = _reading(state="Il", sales="1", staff="many", unit="9", size="1e30")
    assert reading.text("province", Take(column="state", upper=True)) == "IL"
    assert reading.number("sales", Take(column="sales", odd={"is_a_placeholder": ("1",)})) == 1
    assert reading.number("employees", Take(column="staff")) is None
    assert reading.number("area", Take(column="size")) is None
    assert reading.text("unit", Take(column="unit", lookup="units")) is None
    assert reading.labels == [
        "province_in_lower_case",
        "sales_is_a_placeholder",
        "employees_is_no_number",
        "area_is_out_of_range",
        "unit_not_in_table",
    ]
    assert oddity("employees_is_no_number") == "employees is no number and stays unknown"
    assert oddity("negative_saving") == "negative saving"


@pytest.mark.parametrize(
    ("text", "decimal", "figure"),
    [
        ("1200", ".", "1200"),
        ("1,234,567.5", ".", "1234567.5"),
        ("1.234,5", ",", "1234.5"),
        ("-3.25", ".", "-3.25"),
        ("1 234", ".", "1234"),
        ("1.5E+06", ".", "1500000"),
        ("0.00005", ".", "0"),
        (".5", ".", "0.5"),
        ("១២", ".", "12"),
    ],
)
def test_figures_are_read_as_the_sender_writes_them(text: str, decimal: str, figure: str) -> None:
    read = _reading(x=text).number("x", Take.model_validate({"column": "x", "decimal": decimal}))
    assert read == Decimal(figure)


@pytest.mark.parametrize("text", ["12,34", "1.2.3", "NaN", "Infinity", "0x10", "1_000", "1e400", "--1"])
def test_what_is_no_figure_stays_unknown(text: str) -> None:
    reading = _reading(x=text)
    assert reading.number("x", Take(column="x")) is None
    assert reading.labels


def test_texts_that_stand_for_nothing_are_unknown() -> None:
    assert _reading(x="n/a").text("x", Take(column="x", unknown=("n/a",))) is None


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("x = ", "not TOML"),
        ("sender = 'a'", "no section [clients]"),
        ("a = [" * 5_000, "TOML"),
        (LEAST + 'nmae = "x"\n', "clients.nmae"),
        (LEAST.replace('"id"', "{ column = 'a', constant = 'b' }"), "exactly one"),
        (LEAST.replace('"id"', "{ column = 'a', lookup = 'units' }"), "no table units"),
        (LEAST.replace('sender = "me"', "sender = 'not a code!'"), "sender"),
        ("size = 1\n" + LEAST, "unknown: size"),
    ],
)
def test_a_mapping_that_cannot_be_used_says_where(text: str, says: str) -> None:
    with pytest.raises(MappingIsInvalid) as refused:
        mapping_of(text, "clients", ClientMapping)
    assert says.removeprefix("clients.") in str(refused.value)


def test_a_mapping_knows_the_columns_it_needs() -> None:
    mapping = mapping_of(LEAST, "clients", ClientMapping)
    assert missing_columns(mapping.part, ("id", "other")) == ["name"]
    assert mapping.column_of("name") == "name"
    assert mapping.column_of("country") == ""


def test_a_shipped_mapping_goes_by_its_name() -> None:
    assert 'sender = "shtp"' in text_of(DEMO, "shtp-enterprises")
    assert text_of(DEMO, LEAST) == LEAST
    with pytest.raises(MappingIsUnknown) as refused:
        text_of(DEMO, "iak")
    assert "iac, ministry-dhis2, shtp-enterprises" in str(refused.value)


SHIPPED = sorted(
    path for path in (ROOT / "packs").glob("*/mappings/*.toml") if "\n[clients]" in path.read_text("utf-8")
)


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_every_shipped_mapping_of_companies_can_be_used(path: Path) -> None:
    mapping_of(path.read_text(encoding="utf-8"), "clients", ClientMapping)


def test_a_crosswalk_is_a_table_of_the_pack_and_no_path() -> None:
    assert crosswalk(DEMO, "naics2017_isic4")["111419"] == ("", "0113 0122 0128 0322")
    with pytest.raises(MappingIsInvalid):
        crosswalk(DEMO, "../clients")


def test_a_template_does_not_multiply_a_cell_without_end() -> None:
    with pytest.raises(MappingIsInvalid, match="template"):
        mapping_of(
            LEAST.replace('name = "name"', f'name = {{ template = "{"{id}" * 1_000}" }}'), "clients", ClientMapping
        )
