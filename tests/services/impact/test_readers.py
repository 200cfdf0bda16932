"""What leaves the centre: a ministry and a donor read totals, and never a company."""

import re
from datetime import date
from typing import Any

import pytest

from contracts.principals import Principal, Role
from tests.kit import people
from tests.kit.room import Room
from tests.services.impact.told import Firm, energy, money, shares, told, water

MINISTRY = people.person(Role.MINISTRY)
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-")
HIDDEN = "suppressed"
FULL = ("approved", "implemented", "verified")


def donor(*programmes: str) -> Principal:
    return people.person(Role.DONOR, programmes=frozenset(programmes) or None)


async def read(here: Room, who: Principal, path: str, **params: Any) -> Any:
    answer = await here.as_(who).get(f"/v1/impact/{path}", params=params)
    assert answer.status_code == 200, answer.text
    assert UUID.search(answer.text) is None
    return answer.json()


async def funnel(here: Room, who: Principal, **filters: Any) -> list[Any]:
    found = await read(here, who, "funnel", **filters)
    return [found[stage] for stage in ("registered", "requested", "assessed", "implemented", "verified")]


async def counts(here: Room, who: Principal, by: str, basis: str = "current") -> dict[Any, Any]:
    items = (await read(here, who, "options", by=by, basis=basis))["items"]
    return {
        (item["status"] if by == "status" else (item["heading"], item["status"])): (
            HIDDEN if item["figures"] == HIDDEN else item["figures"]["count"]
        )
        for item in items
    }


@pytest.fixture
async def country(here: Room) -> Room:
    """Seven firms on the river, four on the coast, two in the hills; three of the river have verified an option."""
    firms = [Firm(province="XA-R", isic="1061", programme="GREEN-MILLS") for _ in range(7)]
    firms += [Firm(province="XA-C", isic="1394", programme="GREEN-MILLS") for _ in range(4)]
    firms += [Firm(province="XA-N", isic="1394", programme="CLEAN-RIVER") for _ in range(2)]
    for number, firm in enumerate(firms):
        firm.registers().requests().assessed().works().option("refused").option(*FULL[:2])
        if number < 3:
            firm.option(*FULL)
    await here.tell(*told(*firms))
    return here


async def test_a_ministry_reads_large_groups_and_no_small_one(country: Room) -> None:
    assert await funnel(country, MINISTRY) == [13, 13, 13, 13, 3]
    assert await funnel(country, MINISTRY, province="XA-R") == [7, 7, 7, 7, 3]
    assert await funnel(country, MINISTRY, province="XA-N") == [HIDDEN] * 4 + [0]


async def test_the_next_smallest_group_is_hidden_with_it(country: Room) -> None:
    """13 clients less 7 on the river less 4 on the coast would tell the 2 in the hills."""
    assert await funnel(country, MINISTRY, province="XA-C") == [HIDDEN] * 4 + [0]
    assert await counts(country, MINISTRY, "province") == {
        ("XA-C", "implemented"): HIDDEN,
        ("XA-C", "refused"): HIDDEN,
        ("XA-N", "implemented"): HIDDEN,
        ("XA-N", "refused"): HIDDEN,
        ("XA-R", "implemented"): 7,
        ("XA-R", "refused"): 7,
        ("XA-R", "verified"): 3,
    }
    assert await counts(country, MINISTRY, "province", "reached") == {
        ("XA-C", "identified"): HIDDEN,
        ("XA-C", "approved"): HIDDEN,
        ("XA-C", "implemented"): HIDDEN,
        ("XA-N", "identified"): HIDDEN,
        ("XA-N", "approved"): HIDDEN,
        ("XA-N", "implemented"): HIDDEN,
        ("XA-R", "identified"): 17,
        ("XA-R", "approved"): 10,
        ("XA-R", "implemented"): 10,
        ("XA-R", "verified"): 3,
    }


async def test_groups_that_are_large_together_stay_visible(country: Room) -> None:
    """The six of the textile division are enough, whatever their provinces."""
    assert await counts(country, MINISTRY, "isic_division") == {
        ("10", "implemented"): 7,
        ("10", "refused"): 7,
        ("10", "verified"): 3,
        ("13", "implemented"): 6,
        ("13", "refused"): 6,
    }
    assert await counts(country, MINISTRY, "status", "reached") == {
        "identified": 29,
        "approved": 16,
        "implemented": 16,
        "verified": 3,
    }


async def test_officers_of_the_centre_see_every_group(country: Room) -> None:
    assert await funnel(country, people.officer(), province="XA-N") == [2, 2, 2, 2, 0]
    assert (await counts(country, people.reviewer(), "province"))["XA-N", "refused"] == 2


async def test_a_stage_few_have_reached_takes_a_neighbour_of_its_column_and_row_with_it(here: Room) -> None:
    """Two of five have verified: implemented less implemented-only would tell them."""
    firms = [Firm().registers().assessed().option("refused").option(*FULL[:2]) for _ in range(5)]
    for firm in firms[:2]:
        firm.option(*FULL)
    await here.tell(*told(*firms))
    assert await counts(here, MINISTRY, "status") == {
        "identified": 0,
        "approved": 0,
        "pending": 0,
        "refused": 5,
        "implemented": HIDDEN,
        "verified": HIDDEN,
    }
    assert await counts(here, MINISTRY, "status", "reached") == {
        "identified": 12,
        "approved": 7,
        "implemented": 7,
        "verified": HIDDEN,
    }
    # what the total hides no table may give back, column by column
    assert await counts(here, MINISTRY, "province") == {
        ("XA-R", "refused"): 5,
        ("XA-R", "implemented"): HIDDEN,
        ("XA-R", "verified"): HIDDEN,
    }


async def test_a_figure_that_few_clients_have_is_hidden_in_a_group_that_is_shown(here: Room) -> None:
    firms = [Firm().registers().assessed().option(cost=money(10)) for _ in range(4)]
    firms[0].option(cost=money(77, "XTS"), streams=(water(5),))
    await here.tell(*told(*firms))
    (found,) = [
        item["figures"] for item in (await read(here, MINISTRY, "options"))["items"] if item["status"] == "identified"
    ]
    assert (found["count"], found["clients"], found["energy_mj"]) == (5, 4, "4000.0000")
    assert found["investment"] == [
        {"currency": "USD", "amount": "40.0000"},
        {"currency": "XTS", "amount": HIDDEN},
    ]
    assert found["water_m3"] == HIDDEN
    assert found["waste_t"] is None


@pytest.mark.parametrize(
    ("path", "stage", "next_stage"),
    [((), "identified", "approved"), (FULL[:1], "approved", "implemented"), (FULL[:2], "implemented", "verified")],
)
async def test_the_few_who_left_a_stage_of_a_year_are_not_told_by_both_bases(
    here: Room, path: tuple[str, ...], stage: str, next_stage: str
) -> None:
    """Five of ten of 2018 went on and one of ten of 2019: all of that year less those still there would tell it."""
    firms = [Firm().registers().assessed() for _ in range(20)]
    for number, firm in enumerate(firms):
        on = date(2018 if number < 10 else 2019, 5, 1)
        goes_on = number < 5 or number == 10
        cost = money(778_777 if number == 10 else 1_000)
        further = {next_stage: {"occurred_on": date(2020, 5, 1)}} if goes_on else {}
        firm.option(*path, *further, on=on, cost=cost, **further)
    await here.tell(*told(*firms))
    assert await counts(here, MINISTRY, "year") == {
        (2018, stage): HIDDEN,  # else 14 in both years less the 5 would tell the 9
        (2019, stage): HIDDEN,
        (2020, next_stage): 6,
    }
    reached = await counts(here, MINISTRY, "year", "reached")
    assert (reached[2018, stage], reached[2019, stage], reached[2020, next_stage]) == (10, 10, 6)
    assert (await counts(here, MINISTRY, "status"))[stage] == 14
    assert (await counts(here, people.officer(), "year"))[2019, stage] == 9


@pytest.mark.parametrize("by", ["status", "province", "year"])
async def test_a_figure_that_few_left_behind_is_not_told_by_both_bases(here: Room, by: str) -> None:
    """Four of eight are verified; the one of them that saved water was not found to save any."""
    firms = [Firm().registers().assessed() for _ in range(8)]
    for firm in firms[:4]:
        firm.option(*FULL[:2], streams=(energy(1000), water(5)))
    firms[4].option(*FULL, streams=(energy(1000), water(77)), verified={"streams": (energy(900),)})
    for firm in firms[5:]:
        firm.option(*FULL)
    await here.tell(*told(*firms))
    found = {
        basis: {
            item["status"]: (item["figures"]["count"], item["figures"]["water_m3"])
            for item in (await read(here, MINISTRY, "options", by=by, basis=basis))["items"]
        }
        for basis in ("current", "reached")
    }
    assert found["current"]["implemented"] == (4, HIDDEN)  # else 97 less 20
    assert found["reached"]["implemented"] == (8, HIDDEN)
    assert found["current"]["verified"] == (4, None)


async def test_a_donor_reads_its_programmes_only(country: Room) -> None:
    mine = donor("GREEN-MILLS")
    assert await funnel(country, mine) == [None, 11, 11, 11, 3]
    assert {heading for heading, _ in await counts(country, mine, "programme")} == {"GREEN-MILLS"}
    assert await counts(country, mine, "province") == {
        ("XA-C", "implemented"): 4,
        ("XA-C", "refused"): 4,
        ("XA-R", "implemented"): 7,
        ("XA-R", "refused"): 7,
        ("XA-R", "verified"): 3,
    }
    for path in ("programmes/CLEAN-RIVER", "funnel?programme=CLEAN-RIVER"):
        answer = await country.as_(mine).get(f"/v1/impact/{path}")
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


async def test_a_donor_with_a_small_programme_reads_that_it_is_suppressed(country: Room) -> None:
    theirs = donor("CLEAN-RIVER")
    assert await funnel(country, theirs) == [None, HIDDEN, HIDDEN, HIDDEN, 0]
    programme = await read(country, theirs, "programmes/CLEAN-RIVER")
    shown = {each["code"]: (each["target"], each["actual"]) for each in programme["indicators"]}
    assert shown["clients_assessed"] == ("25", HIDDEN)
    assert shown["options_implemented"] == ("40", HIDDEN)
    assert shown["options_verified"] == (None, "0")
    assert shown["energy_mj"] == (None, HIDDEN)
    assert shown["provider_days"] == (None, HIDDEN)


async def test_a_donor_without_programmes_reads_nothing(country: Room) -> None:
    assert await funnel(country, donor()) == [None, 0, 0, 0, 0]
    assert await counts(country, donor(), "programme") == {}


async def test_a_shared_option_counts_for_a_donor_with_its_share(here: Room) -> None:
    firms = [Firm(programme="GREEN-MILLS").registers().assessed() for _ in range(3)]
    for firm in firms:
        firm.option(cost=money(100), shares=shares(GREEN_MILLS="0.25", CLEAN_RIVER="0.75"))
    await here.tell(*told(*firms))
    found = (await read(here, donor("GREEN-MILLS"), "options"))["items"][0]["figures"]
    assert (found["count"], found["investment"]) == (3, [{"currency": "USD", "amount": "75.0000"}])
    both = (await read(here, donor("GREEN-MILLS", "CLEAN-RIVER"), "options"))["items"][0]["figures"]
    assert (both["count"], both["investment"]) == (3, [{"currency": "USD", "amount": "300.0000"}])


async def test_a_programme_hides_what_the_table_of_programmes_hides(country: Room) -> None:
    """A ministry could subtract Green Mills from all programmes."""
    table = await counts(country, MINISTRY, "programme")
    assert table["GREEN-MILLS", "refused"] == HIDDEN
    programme = await read(country, MINISTRY, "programmes/GREEN-MILLS")
    shown = {each["code"]: each["actual"] for each in programme["indicators"]}
    assert (shown["options_implemented"], shown["clients_assessed"]) == (HIDDEN, HIDDEN)
    assert shown["options_verified"] == "3"


async def test_outside_readers_give_one_filter_is_enough(country: Room) -> None:
    for who in (MINISTRY, donor("GREEN-MILLS")):
        answer = await country.as_(who).get("/v1/impact/funnel", params={"province": "XA-R", "year": 2026})
        assert (answer.status_code, answer.json()["code"]) == (422, "one_filter_is_enough")
    assert await funnel(country, people.officer(), province="XA-R", year=2026, programme="GREEN-MILLS") == [
        None,
        7,
        7,
        7,
        3,
    ]


async def test_tables_say_suppressed_in_every_figure_of_a_small_group(country: Room) -> None:
    answer = await country.as_(MINISTRY).get("/v1/impact/options?by=province", headers={"Accept": "text/csv"})
    header, *rows = [line.split(",") for line in answer.text.splitlines()]
    small = [row for row in rows if row[0] in ("XA-C", "XA-N")]
    assert len(small) == 4
    assert all(row[2:] == [HIDDEN] * (len(header) - 2) for row in small)
    assert UUID.search(answer.text) is None
    funnel_ = await country.as_(MINISTRY).get("/v1/impact/funnel?province=XA-N", headers={"Accept": "text/csv"})
    assert funnel_.text.splitlines()[1] == "registered,suppressed"


async def test_the_answer_says_below_how_many_clients_it_is_silent(country: Room) -> None:
    assert (await read(country, MINISTRY, "options"))["covered"] == {
        "provinces": None,
        "programmes": None,
        "minimum_cell": 3,
    }
    assert (await read(country, donor("GREEN-MILLS"), "funnel"))["covered"]["programmes"] == ["GREEN-MILLS"]
    assert (await read(country, people.officer(), "options"))["covered"]["minimum_cell"] is None


async def test_a_reader_who_is_also_an_officer_reads_as_an_officer(country: Room) -> None:
    both = people.person(Role.MINISTRY, Role.OFFICER, provinces=frozenset({"XA-N"}))
    assert await funnel(country, both) == [2, 2, 2, 2, 0]
