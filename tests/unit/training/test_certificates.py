"""Certificates: who gets one, how long it holds, and the code by which anybody checks it."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.training.domain.certificates import (
    DIGITS,
    CertificateHasEnded,
    HasNotPassed,
    Holder,
    check_code_in,
    check_code_of,
    expire,
    grouped,
    issue,
    last_day,
    revoke,
    standing_of,
)
from tests.unit.training.examples import END, EXAMINER, TERMS, VALID, certificate, enrolled

NEVER = {"valid_until": None, "ends_at": None}


@pytest.mark.parametrize(
    ("issued_on", "months", "last"),
    [
        (date(2026, 3, 10), 12, date(2027, 3, 10)),
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2028, 1, 31), 1, date(2028, 2, 29)),
        (date(2026, 1, 30), 1, date(2026, 2, 28)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2024, 2, 29), 48, date(2028, 2, 29)),
        (date(2026, 3, 31), 1, date(2026, 4, 30)),
        (date(2026, 12, 31), 2, date(2027, 2, 28)),
        (date(2026, 11, 15), 1, date(2026, 12, 15)),
        (date(2026, 12, 15), 24, date(2028, 12, 15)),
        (date(2026, 5, 1), None, None),
    ],
)
def test_the_last_day_is_the_same_day_of_the_month_or_the_months_last(
    issued_on: date, months: int | None, last: date | None
) -> None:
    assert last_day(issued_on, months) == last


def test_a_certificate_says_all_it_rests_on() -> None:
    made = certificate()
    assert (made.holder_name, made.terms, made.evaluator_id) == ("A Made-up Person", TERMS, EXAMINER)
    assert (made.held_from, made.held_until) == (date(2026, 3, 2), date(2026, 3, 4))
    assert (made.issued_on, made.valid_until, made.ends_at) == (date(2026, 3, 4), date(2027, 3, 4), END)
    assert (made.status, made.version) == ("issued", 0)


@pytest.mark.parametrize("status", ["confirmed", "waitlisted", "cancelled", "attended", "absent", "failed"])
def test_nobody_else_gets_one(status: Any) -> None:
    with pytest.raises(HasNotPassed) as refusal:
        issue(
            enrolled(status=status),
            TERMS,
            (date(2026, 3, 2), date(2026, 3, 4)),
            Holder("A Made-up Person", name_may_be_shown=True),
            VALID,
            certificate_id=UUID(int=30),
            check_code=check_code_of(7),
        )
    assert status in str(refusal.value)


def test_it_ends_with_its_last_day_in_the_centres_zone() -> None:
    made, moment = certificate(), timedelta(microseconds=1)
    assert standing_of(made, END - moment) == "valid"
    assert expire(made, at=END - moment) is None
    assert standing_of(made, END) == "expired"  # before any sweep has come by
    ended = expire(made, at=END)
    assert ended is not None
    assert (ended[0].status, ended[1].valid_until) == ("expired", date(2027, 3, 4))
    assert expire(ended[0], at=END) is None


def test_without_an_end_it_holds_for_ever() -> None:
    made = certificate(**NEVER)
    assert standing_of(made, END + timedelta(days=36_500)) == "valid"
    assert expire(made, at=END + timedelta(days=36_500)) is None


def test_what_has_ended_is_not_revoked() -> None:
    revoked, told = revoke(certificate(), "issued_by_mistake", on=date(2026, 4, 1), at=END - timedelta(days=300))
    assert (revoked.status, revoked.reason_code, revoked.revoked_on) == (
        "revoked",
        "issued_by_mistake",
        date(2026, 4, 1),
    )
    assert told.reason_code == "issued_by_mistake"
    for each in (revoked, certificate(status="expired"), certificate()):
        with pytest.raises(CertificateHasEnded):
            revoke(each, "other", on=date(2027, 4, 1), at=END)
    assert expire(revoked, at=END) is None
    assert standing_of(revoked, END) == "revoked"


numbers = st.integers(min_value=0, max_value=2**128 - 1)


@given(numbers)
def test_a_code_keeps_every_bit(random: int) -> None:
    code = check_code_of(random)
    assert len(code) == 26
    back = 0
    for digit in code:
        back = back * 32 + DIGITS.index(digit)
    assert back == random
    assert check_code_in(code) == code


@given(numbers)
def test_a_code_survives_being_read_out_and_typed_in(random: int) -> None:
    code = check_code_of(random)
    printed = grouped(code)
    assert [len(group) for group in printed.split("-")] == [5, 5, 5, 5, 6]
    spoken = printed.lower().replace("0", "o").replace("1", "l").replace("-", " - ")
    assert check_code_in(printed) == code
    assert check_code_in(spoken) == code
    assert check_code_in(code.replace("1", "I").replace("0", "O")) == code


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "-",
        "0" * 25,
        "0" * 27,
        "0" * 10_000,
        "8" + "0" * 25,  # more than 128 bits
        "U" * 26,
        "0" * 25 + "\0",
        "0" * 25 + "/",
        "0" * 25 + "\N{FULLWIDTH DIGIT ZERO}",
        "\N{LATIN SMALL LETTER DOTLESS I}" + "0" * 25,  # becomes an I in capitals
        "0" * 25 + "\N{LATIN SMALL LETTER LONG S}",  # becomes an S
        "\ud800" + "0" * 25,
    ],
)
def test_what_is_no_code_means_none(typed: str) -> None:
    assert check_code_in(typed) is None
