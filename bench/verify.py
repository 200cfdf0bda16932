"""Verifying an option beside pgbench: two rows read, one changed, a line, an event and an answer added."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

import asyncpg

from bench.create import CLIENTS, WARM_S, Contender, Service, copied, spread
from bench.deployment import Deployment
from bench.figures import Figure
from bench.harness import Plan, Report, against, rounds
from bench.load import MARK, Ask
from bench.processes import postgres
from bench.statements import Pgbench, insert, row_of, unlike, update
from chassis.store.port import Batch, Insert
from chassis.store.postgres import PostgresStore
from contracts.principals import Principal, Role
from contracts.values import Money, Stream, StreamFigures
from deploy.local.postgres import Cluster
from services.assessments.domain.assessments import Assessment, AssessmentStatus
from services.assessments.domain.occurrence import Occurrence
from services.assessments.domain.options import Implementation, Option, OptionStatus
from services.assessments.domain.proposals import Proposal
from services.assessments.models import assessments, options

VERIFIER = Principal(principal_id=UUID(int=21), person_id=UUID(int=22), roles=frozenset({Role.VERIFIER}))
ASSESSMENT, OPTION = UUID("01990000-0000-7000-9000-000000000000"), UUID("01990000-0000-7000-8000-000000000000")
MANY = 60_000
BODY = (
    b'{"method": "retrofit_isolation", "ipmvp_option": "A", "stream_no": 1, "rate_unit": "kW", '
    b'"baseline": {"starts_on": "2024-01-08", "ends_on": "2024-01-14", "instrument_id": "logger-1", '
    b'"instrument_uncertainty": "0.01", "mean": "6.6", "sd": "0.2", "count": 96}, '
    b'"reporting": {"starts_on": "2024-10-07", "ends_on": "2024-10-13", "instrument_id": "logger-1", '
    b'"instrument_uncertainty": "0.01", "mean": "4.4", "sd": "0.2", "count": 96}, '
    b'"hours": {"value": "6000", "source": "shift plan", "low": "5700", "high": "6300"}}'
)


def implemented() -> tuple[Assessment, Option]:
    """A mill's motor, replaced, as its rows stand before anybody has measured it."""
    at, done_on = datetime(2024, 2, 1, tzinfo=UTC), date(2024, 9, 2)
    assessment = Assessment(
        id=ASSESSMENT,
        client_id=UUID(int=31),
        site_id=UUID(int=32),
        country="XA",
        province="XA-R",
        territory="XA-R",
        status=AssessmentStatus.APPROVED,
        opened_at=at,
        assessor_id=UUID(int=33),
        version=4,
    )
    saving = Money(amount=Decimal(1935), currency="USD")
    figures = StreamFigures(estimate=Decimal(12900), use_per_year=Decimal(39600), money=saving)
    stream = Stream(
        stream_no=1, resource="energy", carrier="electricity", unit="kWh", figures=figures, energy_mj=Decimal(46440)
    )
    proposal = Proposal(
        title="Replace the motor of the husker",
        option_class="equipment_modification",
        investment=Money(amount=Decimal(1000), currency="USD"),
        annual_saving=saving,
        life_years=10,
        streams=(stream,),
    )
    option = Option(
        id=OPTION,
        assessment_id=ASSESSMENT,
        client_id=assessment.client_id,
        site_id=assessment.site_id,
        status=OptionStatus.IMPLEMENTED,
        proposal=proposal,
        identified_on=date(2024, 2, 1),
        occurred_on=done_on,
        occurred_on_precision="day",
        recorded_at=at,
        assessor_id=UUID(int=33),
        implementation=Implementation(Occurrence(done_on), "officer"),
        version=3,
    )
    return assessment, option


async def measure(plan: Plan) -> Report:
    """16 callers at once, each option verified once."""
    async with postgres() as cluster, _contenders(plan, cluster) as contenders:
        found = await rounds(plan, contenders)
    ours, limit = found["ours"], found["pgbench"]
    return Report(
        [
            against(
                "verify option, PostgreSQL",
                "per s",
                ours,
                limit,
                lambda sample: sample.per_second,
                target=0.45,
                limit_is="pgbench, the same reads and rows",
                cpu=lambda sample: sample.cpu_us("service", "postgres"),
                limit_cpu=lambda sample: sample.cpu_us("asking", "postgres"),
            ),
            against(
                "verify option: p99/p50",
                "times",
                ours,
                limit,
                spread,
                target=2.0,
                at_most=True,
                limit_is="pgbench's own p99/p50",
                cpu=lambda sample: sample.cpu_us("service", "postgres"),
                limit_cpu=lambda sample: sample.cpu_us("asking", "postgres"),
            ),
        ]
    )


@asynccontextmanager
async def _contenders(plan: Plan, cluster: Cluster) -> AsyncIterator[dict[str, Contender]]:
    deployment = Deployment(cluster, plan.folder)
    await deployment.prepare("assessments")
    dsn = deployment.dsn("assessments")
    await _fill(dsn)
    await copied(cluster, dsn, "pgbench")
    numbers = iter(range(1, MANY + 1))

    def asks() -> list[Ask]:
        headers = {**deployment.bearer(VERIFIER), "Idempotency-Key": f"bench-{MARK.decode()}"}
        few = [number for number, _ in zip(numbers, range(MANY // 12), strict=False)]
        return [Ask("POST", f"/v1/options/{_id(OPTION, number)}/verify", headers, BODY) for number in few]

    async with deployment.serving("assessments") as (program, port):
        ours = Service(cluster, program, port, asks, once=True, expected=200)
        await ours.drive(WARM_S)
        script = Pgbench(cluster, cluster.dsn("pgbench"), await _statements(dsn), plan.folder, clients=CLIENTS)
        yield {"ours": lambda: ours.sample(plan.seconds), "pgbench": lambda: script.sample(plan)}


def _id(first: UUID, number: int) -> str:
    return f"{str(first)[:24]}{number:012d}"


async def _fill(dsn: str) -> None:
    """One assessment and its option through the store, then as many like them as will be verified."""
    store = PostgresStore(dsn)
    await store.start()
    assessment, option = implemented()
    try:
        await store.commit(
            Batch([Insert(assessments.table, assessments.row(assessment)), Insert(options.table, options.row(option))])
        )
    finally:
        await store.stop()
    connection = await asyncpg.connect(dsn)
    try:
        for name, first in (("assessments", ASSESSMENT), ("options", OPTION)):
            row = await row_of(connection, name, "id")
            like = {"id": first, **({"assessment_id": ASSESSMENT} if name == "options" else {})}
            shown = ", ".join(
                f"('{str(like[column])[:24]}' || lpad(n::text, 12, '0'))::uuid" if column in like else f'"{column}"'
                for column in row
            )
            names = ", ".join(f'"{column}"' for column in row)
            await connection.execute(
                f'INSERT INTO "{name}" ({names}) SELECT {shown} FROM "{name}", generate_series(1, {MANY}) AS n'
            )
        await connection.execute("VACUUM ANALYZE")
    finally:
        await connection.close()


async def _statements(dsn: str) -> list[str]:
    """What one verification asks of the database, statement by statement, with the rows it has written."""
    connection = await asyncpg.connect(dsn)
    try:
        verified = await connection.fetchval("SELECT id::text FROM options WHERE version = 4 LIMIT 1")
        option = await row_of(connection, "options", f"id = '{verified}'")
        line = await row_of(connection, "savings", "recorded_at")
        event = await row_of(connection, "outbox", "position")
        answer = await row_of(connection, "answers", "answered_at")
    finally:
        await connection.close()
    chosen = [f"CAST('{str(first)[:24]}' || lpad(CAST(:o AS text), 12, '0') AS uuid)" for first in (ASSESSMENT, OPTION)]
    told = {name: unlike("id") for name in ("event_id", "subject", "root")}
    option["assessment_id"] = None
    change = update("options", {name: value for name, value in option.items() if name != "assessment_id"}, "true")
    return [
        rf"\set o random(1, {MANY})",
        "BEGIN;",
        f"SELECT * FROM options WHERE id = {chosen[1]};",
        f"SELECT * FROM assessments WHERE id = {chosen[0]} FOR SHARE;",
        change.replace("WHERE true", f"WHERE id = {chosen[1]}"),
        insert("savings", line, {"id": unlike("id")}),
        insert("outbox", event, told),
        insert("answers", answer, {"slot": unlike("digest")}),
    ]


FIGURE = Figure(
    "Verifying an option",
    measure,
    """
`POST /v1/options/{option_id}/verify`: the option is read, its turn taken, read again, its assessment read and relied on
(`FOR SHARE`), the measurement reckoned, then the option changed in its version, a saving line, an event and the kept
answer added in one statement. pgbench reads the option, reads the assessment `FOR SHARE`, changes the option and adds
the same three rows in one transaction. Each option is verified once by us; pgbench changes any of 60,000 again.

**What costs the rest.** The reckoning itself (intervals, two hashes over the data, exact decimals), three JSON columns
read into typed values and written again, and three reads where pgbench has two.

**What holds the next fifth back.** The second read of the option after its turn was taken, which only a waiting turn
needs; then the typed reading of nested values, which checks again what was checked when it was written.
""",
    needs=("pgbench",),
)
