"""The body of a verification: one stream, before and after, by one of the methods."""

from typing import Annotated, Literal, Self

from pydantic import Field, RootModel, model_validator

from chassis.http import Body
from contracts.values import Amount, Code, Evidence, MvPlan, Period, Ratio
from services.assessments.domain.isolation import Hours, Isolation, RateUnit, Readings, readings_of
from services.assessments.domain.two_totals import Total, TwoTotals
from services.assessments.domain.verification import Measurement
from services.assessments.schemas.values import PeriodBody, Share, Unit


class HoursBody(Body):
    """Hours by a counter, or stipulated within a range; `source` says where they come from."""

    value: Annotated[Amount, Field(ge=0)]
    source: Annotated[str, Field(min_length=1, max_length=300)]
    low: Annotated[Amount, Field(ge=0)] | None = None
    high: Annotated[Amount, Field(ge=0)] | None = None

    def hours(self) -> Hours:
        return Hours(self.value, self.source, self.low, self.high)


class ReadingsBody(PeriodBody):
    """Readings of one instrument, one by one, or a logger's mean, standard deviation and count."""

    instrument_id: Code
    instrument_uncertainty: Annotated[Ratio, Field(ge=0, lt=1, description="relative standard uncertainty")]
    readings: Annotated[tuple[Amount, ...], Field(max_length=2_000)] = ()
    mean: Amount | None = None
    sd: Annotated[Amount, Field(ge=0)] | None = None
    count: Annotated[int, Field(ge=1, le=1_000_000_000)] | None = None

    @model_validator(mode="after")
    def _one_or_the_other(self) -> Self:
        summary = (self.mean, self.sd, self.count)
        if any(each is not None for each in summary) and (self.readings or None in summary):
            raise ValueError("give single readings, or mean, sd and count")
        return self

    def side(self) -> Readings | None:
        taken = Period(starts_on=self.starts_on, ends_on=self.ends_on)
        if self.mean is None or self.sd is None or self.count is None:
            return readings_of(
                self.readings,
                instrument_id=self.instrument_id,
                instrument_uncertainty=self.instrument_uncertainty,
                taken=taken,
            )
        return Readings(self.mean, self.sd, self.count, self.instrument_id, self.instrument_uncertainty, taken)


class TotalBody(PeriodBody):
    """Use and output of one year."""

    use: Amount
    output: Amount
    output_unit: Unit

    def total(self) -> Total:
        return Total(self.use, self.output, self.output_unit, Period(starts_on=self.starts_on, ends_on=self.ends_on))


class _OneStream(Body):
    stream_no: int = Field(default=1, ge=1, le=4)
    mv_plan: MvPlan | None = None
    evidence: Annotated[tuple[Evidence, ...], Field(max_length=50)] = ()


class VerifyByIsolation(_OneStream):
    """A rate before and after, times hours: option A stipulates the hours of a year, B counts those of the period."""

    method: Literal["retrofit_isolation"]
    ipmvp_option: Literal["A", "B"]
    rate_unit: RateUnit
    baseline: ReadingsBody | None = None
    reporting: ReadingsBody
    hours: HoursBody
    hours_a_year: HoursBody | None = None

    def data(self) -> Isolation:
        return Isolation(
            ipmvp_option=self.ipmvp_option,
            rate_unit=self.rate_unit,
            before=self.baseline.side() if self.baseline else None,
            after=self.reporting.side(),
            hours=self.hours.hours(),
            reporting=Period(starts_on=self.reporting.starts_on, ends_on=self.reporting.ends_on),
            hours_a_year=self.hours_a_year.hours() if self.hours_a_year else None,
        )


class VerifyByTwoTotals(_OneStream):
    """Use and output of a year before and a year after: changes and bounds, never a verified saving."""

    method: Literal["two_annual_totals"]
    unit: Unit
    baseline: TotalBody
    reporting: TotalBody
    fixed_share: Share | None = None

    def data(self) -> TwoTotals:
        return TwoTotals(self.unit, self.baseline.total(), self.reporting.total(), self.fixed_share)


class VerifyOption(RootModel[Annotated[VerifyByIsolation | VerifyByTwoTotals, Field(discriminator="method")]]):
    """A measurement by one of the methods."""

    def measurement(self) -> Measurement:
        return Measurement(self.root.stream_no, self.root.data(), self.root.mv_plan, self.root.evidence)
