"""Values of the published language, read as strictly as any other body."""

from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from chassis.http import Body
from contracts.assessments import OptionRelation, Output
from contracts.values import Evidence, Money, MvPlan, Period, ProgrammeShare, Ratio

Note = Annotated[str, Field(min_length=1, max_length=4_000)]
Unit = Annotated[str, Field(min_length=1, max_length=32)]
Extra = Annotated[dict[str, Any], Field(max_length=100)]
Share = Annotated[Ratio, Field(ge=0, le=1)]


class MoneyBody(Money, Body):
    pass


class OutputBody(Output, Body):
    pass


class EvidenceBody(Evidence, Body):
    pass


class MvPlanBody(MvPlan, Body):
    pass


class RelationBody(OptionRelation, Body):
    pass


class ProgrammeShareBody(ProgrammeShare, Body):
    share: Share


class PeriodBody(Period, Body):
    @model_validator(mode="after")
    def _runs_forward(self) -> Self:
        if self.ends_on < self.starts_on:
            raise ValueError("the last day is before the first")
        return self
