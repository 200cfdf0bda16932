"""Work done elsewhere passes through the same rules, all of it in one unit."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from chassis.unit_of_work import Cause, UnitOfWork, in_one_unit
from contracts.assessments import AssessmentApproved, Output
from contracts.values import Money, Period
from services.assessments import use_cases
from services.assessments.domain import assessments as assessment_rules
from services.assessments.domain import decisions
from services.assessments.domain.baselines import EnergyInput, Inputs
from services.assessments.domain.occurrence import Occurrence
from services.assessments.domain.options import Implementation, Option
from services.assessments.domain.proposals import Proposal
from tests.kit import people
from tests.kit.room import Room
from tests.services.assessments.mill import Mill

THEN = Occurrence(date(2005, 9, 30), "year")
FISCAL_YEAR = Period(starts_on=date(2004, 10, 1), ends_on=date(2005, 9, 30))


def usd(amount: int) -> Money:
    return Money(amount=Decimal(amount), currency="USD")


async def record(uow: UnitOfWork, mill: Mill) -> Option:
    """A finished assessment with one implemented and one refused option, as an import would record it."""
    where = await use_cases.plant(uow, mill.client_id, mill.site_id)
    assessment = await use_cases.open_assessment(uow, where, imported_as=("iac", "AM0480"))
    stated = Inputs(FISCAL_YEAR, Output(quantity=Decimal(2400), unit="pieces"), (energy(),))
    assessment = uow.save(*assessment_rules.record_baseline(assessment, stated, rules=use_cases.rules(uow)))
    options = [
        await use_cases.identify_option(
            uow,
            assessment,
            Proposal(title=row_key, option_class="not_classified", investment=cost, annual_saving=usd(4010)),
            occurrence=THEN,
            imported_as=("iac", row_key),
        )
        for row_key, cost in (("AM048001", usd(1800)), ("AM048002", None))
    ]
    assessment = await use_cases.complete(uow, assessment)
    assessment = uow.save(*assessment_rules.approve(assessment, occurrence=THEN, by=uow.principal))
    first, second = options
    first = await use_cases.keep(uow, *decisions.approve(first, assessment, occurrence=THEN, at=uow.now()))
    done = Implementation(THEN, "client_stated", first.proposal.investment)
    first = await use_cases.keep(uow, *decisions.implement(first, done, rules=use_cases.rules(uow), at=uow.now()))
    reasons = use_cases.rules(uow).options.refusal_reasons
    uow.save(*decisions.refuse(second, assessment, "not_stated", reasons=reasons, occurrence=THEN, at=uow.now()))
    return first


def energy() -> EnergyInput:
    return EnergyInput("electricity", Decimal(1161984), "kWh", cost=usd(101713))


async def imported(here: Room, mill: Mill) -> Option:
    async def work(uow: UnitOfWork) -> Option:
        return await record(uow, mill)

    cause = Cause(people.officer(), "import_assessments", "import-1")
    return await in_one_unit(here.running.ground, cause, work)


async def test_a_finished_assessment_is_recorded_with_its_label_and_days(mill: Mill, here: Room) -> None:
    await mill.known()
    option = await imported(here, mill)
    shown: dict[str, Any] = (await mill.client.get(f"/v1/options/{option.id}")).json()
    assert (shown["status"], shown["occurred_on"], shown["occurred_on_precision"]) == (
        "implemented",
        "2005-09-30",
        "year",
    )
    assert (shown["implementation"]["reported_by_role"], shown["labels"]) == ("client_stated", [])
    assert shown["assessor_id"] is None
    (approved,) = await here.events(AssessmentApproved)
    assert (approved.label, approved.occurred_on) == ("recorded_elsewhere", date(2005, 9, 30))
    assessment = (await mill.client.get(f"/v1/assessments/{option.assessment_id}")).json()
    assert (assessment["assessor_id"], assessment["reviewer_id"]) == (None, None)
    lines = (await mill.client.get("/v1/savings", params={"option_id": str(option.id)})).json()["items"]
    assert [each["stage"] for each in lines] == ["identified", "approved", "implemented"]


async def test_the_same_row_is_recorded_once(mill: Mill, here: Room) -> None:
    await mill.known()
    await imported(here, mill)
    with pytest.raises(assessment_rules.RowIsAlreadyImported) as refusal:
        await imported(here, mill)
    assert refusal.value.params == {"sender": "iac", "row_key": "AM0480"}
    assert len((await mill.client.get("/v1/assessments")).json()["items"]) == 1
