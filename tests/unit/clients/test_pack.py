"""The country's tax code: its form, and the check digit that shows a slip of the pen."""

from pathlib import Path

import pytest

from chassis.pack import Pack
from chassis.settings import ROOT
from openrecp.packs import faults_of
from services.clients.pack import CheckDigit, ClientsPack

VIET_NAM = Pack(ROOT / "packs" / "vn").section("clients", ClientsPack)


def test_the_check_digit_is_the_base_less_the_rest_of_the_weighted_sum() -> None:
    # 3*1 + 2*4 = 11, of which 7 leaves 4, and 9 less 4 is 5.
    check = CheckDigit(weights=(3, 2), modulus=7, base=9)
    assert check.fits("145")
    assert check.fits("1-4-5 and more: 77")
    assert not check.fits("144")
    assert not check.fits("14")


@pytest.mark.parametrize("code", ["0123456787", "0123456787-001"])
def test_a_code_of_the_right_form_and_check_digit_is_taken(code: str) -> None:
    # 29*1 + 23*2 + 19*3 + 17*4 + 13*5 + 7*6 + 5*7 + 3*8 = 366, of which 11 leaves 3, and 10 less 3 is 7.
    assert VIET_NAM.is_tax_code(code)


@pytest.mark.parametrize(
    "code",
    [
        "0123456789",  # wrong check digit
        "0123456778",  # two digits changed places
        "012345678",
        "0123456787001",
        "0123456787-01",
        "٠123456787",  # a digit of another script
    ],
)
def test_another_code_is_none(code: str) -> None:
    assert not VIET_NAM.is_tax_code(code)


def test_a_pattern_that_cannot_be_read_is_a_fault_of_the_pack(tmp_path: Path) -> None:
    pack = tmp_path / "broken"
    pack.mkdir()
    for path in (ROOT / "packs" / "demo").rglob("*.toml"):
        target = pack / path.relative_to(ROOT / "packs" / "demo")
        target.parent.mkdir(exist_ok=True)
        target.write_text(path.read_text(encoding="utf-8").replace("^[0-9]{8}$", "^[0-9{8}$"), encoding="utf-8")
    (fault,) = faults_of(pack)
    assert fault.startswith("clients.toml: the file: Value error, tax_code_pattern is no regular expression: ")
