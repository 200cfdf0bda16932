"""Certificates counted beside people: what is told of them speaks of nobody in particular."""

from collections.abc import Mapping
from uuid import UUID

from services.impact.domain.people import FIGURES, Attended, Certified, Training, groups, hide_people, in_period
from services.impact.domain.periods import Period
from services.impact.domain.suppression import TOTAL


def training(*people: tuple[str, ...], year: int = 2026) -> Training:
    """People who attended, each with the states of its certificates."""
    present = [Attended(UUID(int=each), "P", "XA-R", year, "female") for each in range(len(people))]
    certified = [
        Certified(UUID(int=1_000 + each * 10 + number), UUID(int=each), "P", "XA-R", year, state)
        for each, states in enumerate(people)
        for number, state in enumerate(states)
    ]
    return Training(present, certified, [])


def told(known: Training, minimum: int = 3) -> Mapping[str, int | None]:
    found = groups(known, None)
    hidden = {cell.column for cell in hide_people(found, minimum)}
    return {figure: None if figure in hidden else found[TOTAL].count(figure) for figure in FIGURES}


def test_one_expired_certificate_is_not_what_the_issued_ones_less_the_others_are() -> None:
    # Three people hold a valid and a revoked one: by people, issued is not the sum of what became of them; by
    # certificates it is: 21 - 13 - 7 = 1.
    several = [("valid",)] * 10 + [("revoked",)] * 4 + [("valid", "revoked")] * 3 + [("expired",)]
    figures = told(training(*several))
    assert (figures["people"], figures["certificates_issued"]) == (18, 21)
    assert figures["certificates_expired"] is None
    states = [figures[f"certificates_{state}"] for state in ("valid", "revoked", "expired")]
    assert states.count(None) > 1, f"what is missing follows from the others: {figures}"


def test_many_certificates_of_one_person_are_still_one_person() -> None:
    figures = told(training(*[("valid",)] * 10, ("expired",) * 9))
    assert figures["certificates_expired"] is None


def test_who_has_no_certificate_is_not_told_by_people_less_certificates() -> None:
    figures = told(training(*[("valid",)] * 10, ()))
    assert (figures["people"], figures["certificates_issued"]) == (11, None)


def test_certificates_are_counted_and_people_once() -> None:
    found = groups(training(("valid", "expired"), ("valid",), ("revoked", "revoked")), None)[TOTAL]
    counts = {figure: found.count(figure) for figure in ("people", "women", "sex_unstated", "certificates_issued")}
    assert counts == {"people": 3, "women": 3, "sex_unstated": 0, "certificates_issued": 5}


def test_certificates_of_a_period_are_those_of_its_years() -> None:
    first, second = training(("valid", "expired"), ("valid",), year=2025), training(("valid",), year=2026)
    later = [
        Certified(UUID(int=9_000), each.person_id, each.programme, each.province, each.year, each.state)
        for each in second.certified
    ]
    years = groups(Training([*first.attended, *second.attended], [*first.certified, *later], []), "year")
    both = in_period({year: each for year, each in years.items() if year != TOTAL}, Period(2025, 2026))
    assert (both.count("people"), both.count("certificates_issued")) == (2, 4)
    assert years[2026].count("certificates_issued") == 1
