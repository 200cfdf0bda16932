"""People trained: each once, women among those whose sex is stated, and certificates."""

from datetime import date
from typing import Any

import pytest

from chassis.sheets_out import XLSX
from contracts.principals import Principal, Role
from tests.kit import people
from tests.kit.room import Room
from tests.services.impact.courses import Session, persons, told

HIDDEN = "suppressed"
MINISTRY = people.person(Role.MINISTRY)


async def training(here: Room, by: str = "programme", who: Principal | None = None) -> dict[Any, dict[str, Any]]:
    """Figures by heading, all together under `total`."""
    answer = await here.as_(who or people.administrator()).get("/v1/impact/training", params={"by": by})
    assert answer.status_code == 200, answer.text
    found = answer.json()
    return {item["heading"]: item["figures"] for item in found["items"]} | {"total": found["total"]}


async def column(here: Room, figure: str, by: str = "programme", who: Principal | None = None) -> dict[Any, Any]:
    return {heading: figures[figure] for heading, figures in (await training(here, by, who)).items()}


async def test_each_person_is_counted_once_however_often_it_comes(either: Room) -> None:
    anna, ben, chi = persons(3)
    first = Session().attended(anna).attended(ben, sex="male").held()
    second = Session(province="XA-C").attended(anna, chi, sex="female").held()
    planned = Session().attended(ben, attended=False, sex="male")
    await either.tell(*told(first, second, planned))
    found = await training(either)
    assert found["GREEN-MILLS"] == found["total"]
    assert found["total"] == {
        "sessions": 2,
        "people": 3,
        "women": 2,
        "sex_unstated": 0,
        "women_share": "66.67",
        "certificates_issued": 0,
        "certificates_valid": 0,
        "certificates_revoked": 0,
        "certificates_expired": 0,
    }
    assert await column(either, "people", "province") == {"XA-R": 2, "XA-C": 2, "total": 3}


async def test_womens_share_is_of_those_whose_sex_is_stated(here: Room) -> None:
    ten = persons(10)
    session = Session().attended(*ten[:3]).attended(*ten[3:6], sex="male").attended(ten[6], sex="other")
    session.attended(*ten[7:], sex="unstated")
    await here.tell(*told(session))
    found = (await training(here))["total"]
    assert (found["people"], found["women"], found["sex_unstated"], found["women_share"]) == (10, 3, 3, "42.86")


async def test_nobodys_sex_stated_is_no_share(here: Room) -> None:
    await here.tell(*told(Session().attended(*persons(2), sex="unstated")))
    assert (await training(here))["total"]["women_share"] is None


async def test_a_sex_stated_once_holds_everywhere_and_a_contradiction_is_none(here: Room) -> None:
    said_later, contradicted = persons(2)
    first = Session().attended(said_later, sex="unstated").attended(contradicted, sex="male")
    await here.tell(*told(first, Session().attended(said_later, contradicted, sex="female")))
    found = (await training(here))["total"]
    assert (found["women"], found["sex_unstated"]) == (1, 1)


async def test_an_attendance_that_is_corrected_counts_no_more(here: Room) -> None:
    anna, ben = persons(2)
    await here.tell(*told(Session().attended(anna, ben).attended(ben, attended=False)))
    assert (await training(here))["total"]["people"] == 1


async def test_certificates_are_counted_with_what_became_of_them(here: Room) -> None:
    four = persons(4)
    session = Session().attended(*four).held()
    session.certified(*four[:2]).certified(four[2], then="revoked").certified(four[3], then="expired")
    await here.tell(*told(session))
    found = (await training(here))["GREEN-MILLS"]
    assert [found[f"certificates_{name}"] for name in ("issued", "valid", "revoked", "expired")] == [4, 2, 1, 1]


async def test_a_session_counts_where_and_when_it_is_held_now(here: Room) -> None:
    """Two sessions without a programme, one of them abroad; one moved to the next year and province."""
    moved = Session().moved(province="XA-C", on=date(2027, 1, 9)).attended(*persons(2)).held()
    abroad = Session(country="KH", province="KH-12", programme=None).attended(*persons(1)).held()
    nowhere = Session(province=None, programme=None).attended(*persons(4)).held()
    await here.tell(*told(moved, abroad, nowhere))
    assert await column(here, "people", "province") == {"XA-C": 2, "KH": 1, None: 4, "total": 7}
    assert await column(here, "people") == {"GREEN-MILLS": 2, None: 5, "total": 7}
    assert await column(here, "sessions", "year") == {2026: 2, 2027: 1, "total": 3}


async def test_a_session_that_was_held_stays_so_when_its_facts_are_corrected(here: Room) -> None:
    await here.tell(*told(Session().held().moved(province="XA-C")))
    assert await column(here, "sessions", "province") == {"XA-C": 1, "total": 1}


async def test_years_add_up_because_a_person_counts_in_its_first(here: Room) -> None:
    anna, ben, chi = persons(3)
    later = Session(on=date(2027, 5, 1)).attended(anna, chi)
    await here.tell(*told(later, Session().attended(anna, ben)))
    assert await column(here, "people", "year") == {2026: 2, 2027: 1, "total": 3}


async def test_an_officer_counts_the_sessions_of_its_provinces(here: Room) -> None:
    here_, there = Session().attended(*persons(2)), Session(province="XA-C").attended(*persons(5))
    abroad = Session(country="KH", province="XA-R").attended(*persons(1))
    await here.tell(*told(here_, there, abroad))
    assert await column(here, "people", "province", people.officer("XA-R")) == {"XA-R": 2, "total": 2}


async def test_a_donor_counts_its_programmes_only(here: Room) -> None:
    await here.tell(
        *told(Session().attended(*persons(5)), Session(programme="CLEAN-RIVER").attended(*persons(7), sex="male"))
    )
    donor = people.person(Role.DONOR, programmes=frozenset({"CLEAN-RIVER"}))
    assert await column(here, "people", who=donor) == {"CLEAN-RIVER": 7, "total": 7}


async def test_few_people_are_told_neither_directly_nor_by_subtraction(here: Room) -> None:
    """Two people in the hills: the smallest other province is hidden with them, else all less the others."""
    sessions = [
        Session(province="XA-R").attended(*persons(9)).held(),
        Session(province="XA-C").attended(*persons(5)).held(),
        Session(province="XA-N").attended(*persons(2)).held(),
    ]
    await here.tell(*told(*sessions))
    assert await column(here, "people", "province", MINISTRY) == {
        "XA-R": 9,
        "XA-C": HIDDEN,
        "XA-N": HIDDEN,
        "total": 16,
    }
    assert await column(here, "sessions", "province", MINISTRY) == {"XA-R": 1, "XA-C": 1, "XA-N": 1, "total": 3}
    assert await column(here, "people", "province") == {"XA-R": 9, "XA-C": 5, "XA-N": 2, "total": 16}


async def test_one_man_among_women_is_not_told_by_their_share(here: Room) -> None:
    await here.tell(*told(Session().attended(*persons(6)).attended(*persons(1), sex="male")))
    found = (await training(here, who=MINISTRY))["total"]
    assert (found["people"], found["women"], found["women_share"]) == (7, HIDDEN, HIDDEN)


async def test_who_failed_among_few_is_not_told_by_the_certificates(here: Room) -> None:
    seven = persons(7)
    await here.tell(*told(Session().attended(*seven).certified(*seven[:6])))
    found = (await training(here, who=MINISTRY))["total"]
    assert (found["people"], found["certificates_issued"], found["certificates_valid"]) == (7, HIDDEN, HIDDEN)


async def test_training_comes_as_tables_too(here: Room) -> None:
    await here.tell(*told(Session(programme=None).attended(*persons(1)).held()))
    by = here.as_(people.administrator())
    answer = await by.get("/v1/impact/training", headers={"Accept": "text/csv"})
    assert answer.text.splitlines() == [
        "programme,sessions,people,women,sex_unstated,women_share,certificates_issued,certificates_valid,"
        "certificates_revoked,certificates_expired",
        "none,1,1,1,0,100.00,0,0,0,0",
        "total,1,1,1,0,100.00,0,0,0,0",
    ]
    answer = await by.get("/v1/impact/training", headers={"Accept": XLSX})
    assert (answer.headers["content-type"], answer.content[:2]) == (XLSX, b"PK")


@pytest.mark.parametrize("role", [Role.PROVIDER, Role.CLIENT, Role.TRAINER, Role.ASSESSOR, Role.INTEGRATOR])
async def test_training_results_are_not_for_every_role(here: Room, role: Role) -> None:
    assert (await here.as_(people.person(role)).get("/v1/impact/training")).status_code == 403
