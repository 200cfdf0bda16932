"""One plant, one engagement and the people around it, as rules of assessments meet them."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import pytest

from chassis.pack import Pack
from contracts.assessments import Output
from contracts.matching import EngagementStarted
from contracts.principals import Principal, Role
from contracts.values import Money, Period
from services.assessments.domain import assessments, decisions, options
from services.assessments.domain.assessments import Assessment
from services.assessments.domain.baselines import EnergyInput, Inputs
from services.assessments.domain.occurrence import Occurrence
from services.assessments.domain.options import Implementation, Option
from services.assessments.domain.proposals import Proposal
from services.assessments.domain.rules import Rules
from services.assessments.domain.streams import Estimate, Resource, estimated
from services.assessments.pack import rules_of
from tests.unit.assessments.plant import AT, FIRM, People


@pytest.fixture(scope="session")
def rules() -> Rules:
    return rules_of(Pack(Path(__file__).parents[3] / "packs" / "demo"))


@pytest.fixture(scope="session")
def people() -> People:
    def person(number: int, role: Role, firm: UUID | None = None) -> Principal:
        return Principal(
            principal_id=UUID(int=number),
            person_id=UUID(int=number + 100),
            roles=frozenset({role}),
            provider_id=firm,
            client_id=UUID(int=10) if role is Role.CLIENT else None,
        )

    return People(
        assessor=person(1, Role.ASSESSOR, FIRM),
        colleague=person(2, Role.VERIFIER, FIRM),
        reviewer=person(3, Role.REVIEWER),
        verifier=person(4, Role.VERIFIER, UUID(int=501)),
        officer=person(5, Role.OFFICER),
        client=person(6, Role.CLIENT),
    )


@pytest.fixture(scope="session")
def engagement(people: People) -> EngagementStarted:
    assert people.assessor.person_id is not None
    return EngagementStarted(
        engagement_id=UUID(int=20),
        need_id=UUID(int=21),
        request_id=UUID(int=22),
        client_id=UUID(int=10),
        site_id=UUID(int=11),
        provider_id=FIRM,
        person_id=people.assessor.person_id,
        kind="assessment",
        programme_code="GREEN-MILLS",
        country="XA",
        province="XA-N",
        starts_on=date(2025, 5, 1),
    )


@pytest.fixture
def opened(engagement: EngagementStarted) -> Assessment:
    return assessments.open_for_engagement(engagement, assessment_id=UUID(int=30), territory="XA-N", at=AT)[0]


@pytest.fixture(scope="session")
def year() -> Inputs:
    """A rice mill's year: 1,200 t, 500 MWh from the grid, 10 t of diesel, water, waste water and waste."""
    return Inputs(
        period=Period(starts_on=date(2024, 1, 1), ends_on=date(2024, 12, 31)),
        output=Output(quantity=Decimal(1200), unit="t"),
        energy=(
            EnergyInput("electricity", Decimal(500), "MWh"),
            EnergyInput("diesel", Decimal(10), "t"),
        ),
        material_t=Decimal(1500),
        water_m3=Decimal(6000),
        waste_water_m3=Decimal(4800),
        waste_t=Decimal(90),
        operating_hours=Decimal(6000),
    )


@pytest.fixture
def working(opened: Assessment, year: Inputs, rules: Rules) -> Assessment:
    """Open, with its baseline."""
    return assessments.record_baseline(opened, year, rules=rules)[0]


@pytest.fixture
def completed(working: Assessment, people: People) -> Assessment:
    return assessments.complete(working, 1, by=people.assessor, at=AT)[0]


@pytest.fixture
def approved(completed: Assessment, people: People) -> Assessment:
    return assessments.approve(completed, occurrence=Occurrence(date(2025, 6, 2)), by=people.reviewer)[0]


@pytest.fixture
def proposal(rules: Rules) -> Proposal:
    """A new motor: 1,000 USD, saves 12,900 kWh and 1,935 USD a year."""
    motor = Estimate(
        stream_no=1,
        resource=Resource.ENERGY,
        carrier="electricity",
        unit="kWh",
        saving=Decimal(12900),
        use_per_year=Decimal(39600),
        money=Money(amount=Decimal(1935), currency="USD"),
        price_version="tariff-2024",
    )
    return Proposal(
        title="Replace the motor of the husker",
        option_class="equipment_modification",
        investment=Money(amount=Decimal(1000), currency="USD"),
        annual_saving=Money(amount=Decimal(1935), currency="USD"),
        life_years=10,
        streams=estimated((motor,), tables=rules.energy, country="XA", on=date(2024, 12, 31)),
        boundary_id="plant/husker/motor",
    )


@pytest.fixture
def identified(working: Assessment, proposal: Proposal, rules: Rules, people: People) -> Option:
    occurrence = Occurrence(date(2025, 6, 2))
    return options.identify(
        UUID(int=40), working, proposal, occurrence=occurrence, rules=rules, by=people.assessor, at=AT
    )[0]


@pytest.fixture
def agreed(identified: Option, approved: Assessment) -> Option:
    """Approved by the company."""
    return decisions.approve(identified, approved, occurrence=Occurrence(date(2025, 6, 10)), at=AT)[0]


@pytest.fixture
def implemented(agreed: Option, rules: Rules) -> Option:
    done = Implementation(Occurrence(date(2025, 9, 1)), "client_stated", Money(amount=Decimal(1100), currency="USD"))
    return decisions.implement(agreed, done, rules=rules, at=AT)[0]


@pytest.fixture(scope="session")
def near() -> Callable[[Decimal | None, float], bool]:
    """Equal within a millionth of the expected figure, the tolerance of the worked cases."""
    return lambda got, expected: got is not None and abs(float(got) - expected) <= max(1e-6 * abs(expected), 1e-9)
