"""One line per option and stage, and nothing of one stage in another."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from uuid import UUID

from contracts.values import Money
from services.assessments.domain import decisions, options, savings, verification
from services.assessments.domain.assessments import Assessment
from services.assessments.domain.occurrence import Occurrence
from services.assessments.domain.options import Implementation, Option
from services.assessments.domain.proposals import Proposal
from services.assessments.domain.rules import Rules
from services.assessments.domain.verification import Measurement
from tests.unit.assessments.plant import AT, People
from tests.unit.assessments.test_isolation import STIPULATED

LINE = UUID(int=80)
DAY = Occurrence(date(2026, 3, 20))


def test_each_stage_has_its_own_figures(
    identified: Option, working: Assessment, approved: Assessment, proposal: Proposal, rules: Rules, people: People
) -> None:
    _, changed = options.change(identified, working, proposal, rules=rules)
    agreed, agreeing = decisions.approve(identified, approved, occurrence=DAY, at=AT)
    cost = Money(amount=Decimal(1100), currency="USD")
    done, doing = decisions.implement(
        agreed, Implementation(Occurrence(date(2025, 9, 1)), "client_stated", cost), rules=rules, at=AT
    )
    verified, verifying = verification.verify(
        done,
        approved,
        Measurement(1, STIPULATED),
        verification_id=UUID(int=60),
        occurrence=DAY,
        rules=rules,
        by=people.verifier,
        at=AT,
    )
    lines = [
        savings.line(option, event, line_id=LINE, at=AT)
        for option, event in ((identified, changed), (agreed, agreeing), (done, doing), (verified, verifying))
    ]
    told = [
        (
            each.stage,
            each.investment and each.investment.amount,
            each.annual_saving and each.annual_saving.amount,
            each.streams[0].energy_mj,
            each.reported_by_role,
            each.verification_id,
        )
        for each in lines
        if each is not None
    ]
    assert told == [
        ("identified", Decimal(1000), Decimal(1935), Decimal(46440), None, None),
        ("approved", Decimal(1000), Decimal(1935), Decimal(46440), None, None),
        ("implemented", Decimal(1100), Decimal(1935), Decimal(46440), "client_stated", None),
        ("verified", Decimal(1100), Decimal(3870), Decimal(92880), None, UUID(int=60)),
    ]


def test_a_measurement_without_a_saving_adds_no_line(
    implemented: Option, approved: Assessment, rules: Rules, people: People
) -> None:
    measured, event = verification.verify(
        implemented,
        approved,
        Measurement(1, replace(STIPULATED, after=None)),
        verification_id=UUID(int=60),
        occurrence=DAY,
        rules=rules,
        by=people.verifier,
        at=AT,
    )
    assert savings.line(measured, event, line_id=LINE, at=AT) is None
