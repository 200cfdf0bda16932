"""Results as the centre itself reads them: every figure, exact, under its right heading."""

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from contracts.assessments import OptionChanged, OptionIdentified
from contracts.clients import ClientChanged, SiteChanged, SiteOpened
from contracts.principals import Role
from contracts.values import Sector
from services.impact.app import service
from tests.kit import people
from tests.kit.room import Room, room
from tests.services.impact.told import Firm, energy, money, shares, told, water

FULL = ("approved", "implemented", "verified")


async def read(here: Room, path: str, who: Any = None, **params: Any) -> Any:
    answer = await here.as_(who or people.administrator()).get(f"/v1/impact/{path}", params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def options(here: Room, by: str = "status", basis: str = "current", who: Any = None) -> dict[Any, Any]:
    """Figures by heading, or by heading and status where options are filed under more than their status."""
    items = (await read(here, "options", who, by=by, basis=basis))["items"]
    if by == "status":
        return {item["status"]: item["figures"] for item in items}
    return {(item["heading"], item["status"]): item["figures"] for item in items}


async def counts(here: Room, by: str, basis: str = "current", who: Any = None) -> dict[Any, int]:
    return {place: figures["count"] for place, figures in (await options(here, by, basis, who)).items()}


def usd(sums: list[dict[str, str]]) -> Decimal | None:
    return next((Decimal(each["amount"]) for each in sums if each["currency"] == "USD"), None)


async def funnel(here: Room, who: Any = None, **filters: Any) -> list[int | None]:
    found = await read(here, "funnel", who, **filters)
    return [found[stage] for stage in ("registered", "requested", "assessed", "implemented", "verified")]


async def test_nothing_told_is_nothing_counted(either: Room) -> None:
    assert await funnel(either) == [0, 0, 0, 0, 0]
    found = await options(either)
    assert list(found) == ["identified", "approved", "pending", "refused", "implemented", "verified"]
    assert {figures["count"] for figures in found.values()} == {0}
    assert found["verified"]["energy_mj"] is None
    assert (await read(either, "options", by="province"))["items"] == []


async def test_the_funnel_counts_different_clients_at_each_stage(either: Room) -> None:
    firms = [
        Firm().registers(),
        Firm().registers().requests().requests(),
        Firm().registers().requests().assessed().option().option("refused"),
        Firm().registers().requests().assessed().option(*FULL[:2]).option(*FULL[:2]),
        Firm().registers().assessed().option(*FULL).option(*FULL[:2]),
    ]
    await either.tell(*told(*firms))
    assert await funnel(either) == [5, 3, 3, 2, 1]


async def test_an_assessment_counts_once_it_is_approved(here: Room) -> None:
    firm = Firm().registers().assessed()
    *before, approved = firm.events
    await here.tell(*before)
    assert (await funnel(here))[2] == 0
    await here.tell(approved)
    assert (await funnel(here))[2] == 1


async def test_a_year_is_that_of_each_step(tmp_path: Path) -> None:
    # half past five in the evening of the last day of 2025 in Europe is 2026 in Bangkok
    async with room(service, tmp_path, at=datetime(2025, 12, 31, 17, 30, tzinfo=UTC)) as here:
        firm = Firm().registers().requests().assessed(on=date(2026, 5, 1)).option(*FULL[:2], on=date(2027, 1, 9))
        await here.tell(*told(firm))
        assert await funnel(here, year=2025) == [0, 0, 0, 0, 0]
        assert await funnel(here, year=2026) == [1, 1, 1, 0, 0]
        assert await funnel(here, year=2027) == [0, 0, 0, 1, 0]
        assert await counts(here, "year", "reached") == {
            (2027, "identified"): 1,
            (2027, "approved"): 1,
            (2027, "implemented"): 1,
        }


async def test_the_programme_of_the_funnel_is_that_of_request_assessment_and_shares(here: Room) -> None:
    firm = Firm(programme="GREEN-MILLS").registers().requests().assessed()
    firm.option(*FULL[:2], shares=shares(CLEAN_RIVER="0.5", GREEN_MILLS="0.5")).option(*FULL)
    await here.tell(*told(firm, Firm().registers().requests()))
    assert await funnel(here, programme="GREEN-MILLS") == [None, 1, 1, 1, 1]
    assert await funnel(here, programme="CLEAN-RIVER") == [None, 0, 0, 1, 0]
    assert await funnel(here, programme="NOBODY-HEARD-OF-IT") == [None, 0, 0, 0, 0]


async def test_a_province_is_the_sites_present_one_abroad_the_country(either: Room) -> None:
    river, coast = Firm(province="XA-R"), Firm(province="XA-C")
    abroad, nowhere = Firm(country="US", province="CA"), Firm(province=None)
    for firm in (river, coast, abroad, nowhere):
        firm.registers().requests().assessed().option(*FULL)
    await either.tell(*told(river, coast, abroad, nowhere))
    await either.tell(SiteChanged(site_id=coast.site_id, client_id=coast.client_id, country="XA", province="XA-R"))
    assert await funnel(either, province="XA-R") == [2, 2, 2, 2, 2]
    assert await funnel(either, province="XA-C") == [0, 0, 0, 0, 0]
    assert await funnel(either, province="US") == [1, 1, 1, 1, 1]
    assert await counts(either, "province") == {("XA-R", "verified"): 2, ("US", "verified"): 1, (None, "verified"): 1}
    await either.tell(ClientChanged(client_id=nowhere.client_id, country="XA", province="XA-N", isic=None))
    assert await funnel(either, province="XA-N") == [1, 1, 1, 1, 1]


async def test_a_client_with_sites_in_two_provinces_is_one_client(here: Room) -> None:
    firm = Firm(province="XA-R").registers()
    firm.events.append(SiteOpened(site_id=firm.request_id, client_id=firm.client_id, country="XA", province="XA-C"))
    await here.tell(*told(firm, Firm(province="XA-C").registers()))
    assert (await funnel(here))[0] == 2
    assert (await funnel(here, province="XA-R"))[0] == 1
    assert (await funnel(here, province="XA-C"))[0] == 2
    assert (await funnel(here, people.officer("XA-R", "XA-C")))[0] == 2


async def test_an_officer_adds_up_its_own_provinces(either: Room) -> None:
    places = [("XA", "XA-R"), ("XA", "XA-C"), ("XA", None), ("US", "XA-R")]
    firms = [Firm(country=country, province=province, programme="GREEN-MILLS") for country, province in places]
    for firm in firms:
        firm.registers().requests().assessed().works().option(*FULL)
    await either.tell(*told(*firms))
    mine = people.officer("XA-R")
    assert await funnel(either, mine) == [1, 1, 1, 1, 1]
    assert await funnel(either, mine, province="XA-C") == [0, 0, 0, 0, 0]
    assert await counts(either, "province", "current", mine) == {("XA-R", "verified"): 1}
    assert (await read(either, "options", mine))["covered"]["provinces"] == ["XA-R"]
    programme = await read(either, "programmes/GREEN-MILLS", mine)
    actual = {each["code"]: each["actual"] for each in programme["indicators"]}
    assert (actual["clients_assessed"], actual["engagements_completed"]) == ("1", "1")
    for everywhere in (people.officer(), people.reviewer(), people.administrator()):
        assert await funnel(either, everywhere) == [4, 4, 4, 4, 4]


async def test_current_counts_each_option_once_and_reached_at_every_stage_it_passed(either: Room) -> None:
    firm = Firm().registers().assessed()
    firm.option().option("pending").option("pending", "approved").option("pending", "refused").option("refused")
    firm.option("approved", "refused").option(*FULL[:2]).option(*FULL)
    await either.tell(*told(firm))
    assert await counts(either, "status") == {
        "identified": 1,
        "approved": 1,
        "pending": 1,
        "refused": 3,
        "implemented": 1,
        "verified": 1,
    }
    assert await counts(either, "status", "reached") == {
        "identified": 8,
        "approved": 4,
        "implemented": 2,
        "verified": 1,
    }
    assert {figures["clients"] for figures in (await options(either)).values()} == {1}


async def test_each_stage_has_its_own_figures(either: Room) -> None:
    firm = Firm().registers().assessed()
    firm.option(
        *FULL,
        cost=money(100),
        saving=money(40),
        streams=(energy(1000), water(5)),
        implemented={"investment": money(130), "streams": (energy(900), water(None))},
        verified={"annual_saving": money(22), "streams": (energy(612),)},
    )
    await either.tell(*told(firm))
    reached = await options(either, "status", "reached")
    shown = {
        stage: [usd(found["investment"]), usd(found["annual_saving"]), found["energy_mj"], found["water_m3"]]
        for stage, found in reached.items()
    }
    assert shown == {
        "identified": [100, 40, "1000.0000", "5.0000"],
        "approved": [100, 40, "1000.0000", "5.0000"],
        "implemented": [130, 40, "900.0000", None],
        "verified": [130, 22, "612.0000", None],
    }
    assert [reached[stage]["water_unknown"] for stage in ("identified", "implemented", "verified")] == [0, 1, 0]


async def test_currencies_are_never_mixed_and_unknown_is_counted_apart(either: Room) -> None:
    firm = Firm().registers().assessed()
    firm.option(cost=money("0.0001"), saving=money(5, "XTS"))
    firm.option(cost=money("-3"), saving=money("-7.5"))
    firm.option(cost=money(10, "XTS"), saving=None)
    firm.option(cost=None, saving=None, streams=(energy(None),))
    firm.option(cost=money(0), saving=money(0), streams=())
    await either.tell(*told(firm))
    found = (await options(either))["identified"]
    assert (found["count"], found["clients"]) == (5, 1)
    assert found["investment"] == [
        {"currency": "USD", "amount": "-2.9999"},
        {"currency": "XTS", "amount": "10.0000"},
    ]
    assert found["annual_saving"] == [
        {"currency": "USD", "amount": "-7.5000"},
        {"currency": "XTS", "amount": "5.0000"},
    ]
    assert (found["investment_unknown"], found["annual_saving_unknown"]) == (1, 2)
    assert (found["energy_mj"], found["energy_unknown"]) == ("3000.0000", 1)
    assert (found["waste_t"], found["waste_unknown"]) == (None, 0)


async def test_sums_beyond_any_single_figure_stay_exact(either: Room) -> None:
    most = Decimal("99999999999999.9999")
    firm = Firm().registers().assessed()
    for _ in range(12):
        firm.option(cost=money(str(most)), saving=money(str(-most)), streams=(energy(str(most)),))
    await either.tell(*told(firm))
    found = (await options(either))["identified"]
    assert usd(found["investment"]) == most * 12
    assert usd(found["annual_saving"]) == -most * 12
    assert Decimal(found["energy_mj"]) == most * 12


async def test_programmes_share_an_option_and_nothing_is_counted_twice(either: Room) -> None:
    firm = Firm(programme="GREEN-MILLS").registers().assessed()
    firm.option(*FULL[:2], cost=money(100), shares=shares(GREEN_MILLS="0.33333333", CLEAN_RIVER="0.33333333"))
    firm.option(*FULL[:2], cost=money(50))
    await either.tell(*told(firm, Firm().registers().assessed().option(*FULL[:2], cost=money(7))))
    found = await options(either, "programme")
    assert {heading: (each["count"], usd(each["investment"])) for (heading, _), each in found.items()} == {
        "GREEN-MILLS": (2, Decimal("83.3333")),
        "CLEAN-RIVER": (1, Decimal("33.3333")),
        None: (2, Decimal("40.3334")),
    }
    whole = (await options(either))["implemented"]
    assert (whole["count"], usd(whole["investment"])) == (3, Decimal(157))


async def test_an_option_taken_from_a_programme_before_its_approval_leaves_nothing_there(here: Room) -> None:
    firm = Firm().registers().assessed().option(shares=shares(GREEN_MILLS="1"))
    first = next(event for event in firm.events if isinstance(event, OptionIdentified))
    await here.tell(*told(firm))
    changed = {**first.model_dump(), "programme_shares": shares(CLEAN_RIVER="1"), "investment": money(90)}
    await here.tell(OptionChanged(**changed))
    found = await options(here, "programme", "reached")
    assert list(found) == [("CLEAN-RIVER", "identified")]
    assert usd(found["CLEAN-RIVER", "identified"]["investment"]) == 90
    assert (await options(here))["identified"]["count"] == 1


async def test_verdicts_are_counted_apart_and_only_a_demonstrated_saving_is_verified(either: Room) -> None:
    firm = Firm().registers().assessed()
    firm.option(*FULL[:2], "verdict:refused").option(*FULL[:2], "verdict:increase_demonstrated")
    firm.option(*FULL[:2], "verdict:not_demonstrated", "verified").option(*FULL)
    await either.tell(*told(firm))
    current = await options(either)
    assert (current["implemented"]["count"], current["verified"]["count"]) == (2, 2)
    assert current["implemented"]["verdicts"] == {
        "demonstrated": 0,
        "not_demonstrated": 0,
        "increase_demonstrated": 1,
        "refused": 1,
    }
    assert current["verified"]["verdicts"]["demonstrated"] == 2
    reached = await options(either, "status", "reached")
    assert reached["implemented"]["verdicts"]["not_demonstrated"] == 1
    assert reached["verified"]["count"] == 2


async def test_options_by_division_are_those_of_the_clients_present_isic(here: Room) -> None:
    mill, unknown = Firm(isic="1061"), Firm(isic=None)
    await here.tell(*told(mill.registers().assessed().option(), unknown.registers().assessed().option()))
    assert await counts(here, "isic_division") == {("10", "identified"): 1, (None, "identified"): 1}
    isic = Sector(code="0111", revision="4")
    await here.tell(ClientChanged(client_id=mill.client_id, country="XA", province="XA-R", isic=isic))
    assert await counts(here, "isic_division") == {("01", "identified"): 1, (None, "identified"): 1}


async def test_a_programme_shows_its_targets_beside_what_it_has_come_to(either: Room) -> None:
    one, two = Firm(programme="GREEN-MILLS"), Firm(programme="GREEN-MILLS")
    one.registers().requests().assessed().works("6.5").option(*FULL, verified={"streams": (energy(700),)})
    two.registers().requests().assessed().works("2").option(*FULL[:2], cost=money(9, "XTS"), saving=None)
    await either.tell(*told(one, two, Firm(programme="CLEAN-RIVER").registers().assessed().works().option(*FULL)))
    programme = await read(either, "programmes/GREEN-MILLS")
    assert (programme["donor"], programme["currency"], programme["starts_on"]) == (
        "Made-up Climate Fund",
        "USD",
        "2024-01-01",
    )
    shown = {each["code"]: (each["target"], each["actual"], each["unknown"]) for each in programme["indicators"]}
    assert shown["clients_assessed"] == ("40", "2", None)
    assert shown["options_implemented"] == ("60", "2", None)
    assert shown["options_verified"] == ("15", "1", None)
    assert shown["energy_mj"] == ("25000000", "2000.0000", 0)
    assert shown["energy_mj_verified"] == (None, "700.0000", 0)
    assert shown["money_saved"] == (None, "40.0000", 1)
    assert shown["water_m3"] == ("60000", None, 0)
    assert shown["engagements_completed"] == (None, "2", None)
    assert shown["provider_days"] == (None, "8.5000", None)
    (investment,) = [each for each in programme["indicators"] if each["code"] == "investment"]
    assert (investment["actual"], investment["other_currencies"]) == (
        "100.0000",
        [{"currency": "XTS", "amount": "9.0000"}],
    )


async def test_a_programme_nobody_knows_is_not_found(here: Room) -> None:
    answer = await here.as_(people.officer()).get("/v1/impact/programmes/NOBODY-HEARD-OF-IT")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


@pytest.mark.parametrize(
    "role", [Role.ASSESSOR, Role.VERIFIER, Role.PROVIDER, Role.CLIENT, Role.TRAINER, Role.INTEGRATOR]
)
async def test_results_are_not_for_every_role(here: Room, role: Role) -> None:
    for path in ("funnel", "options", "programmes/GREEN-MILLS"):
        assert (await here.as_(people.person(role)).get(f"/v1/impact/{path}")).status_code == 403


@pytest.mark.parametrize(
    "query", ["options?by=client", "options?basis=verified", "funnel?year=12", "funnel?province=", "funnel?year=x"]
)
async def test_a_question_nobody_can_answer_is_a_problem(here: Room, query: str) -> None:
    answer = await here.as_(people.officer()).get(f"/v1/impact/{query}")
    assert (answer.status_code, answer.json()["code"]) == (422, "body_is_invalid")


async def test_who_claims_an_option_stays_so_where_a_later_step_does_not_say(here: Room) -> None:
    firm = Firm(programme="GREEN-MILLS").registers().assessed()
    silent = {"programme_shares": ()}
    firm.option(*FULL[:2], shares=shares(CLEAN_RIVER="1"), approved=silent, implemented=silent)
    await here.tell(*told(firm))
    assert await counts(here, "programme") == {("CLEAN-RIVER", "implemented"): 1}
