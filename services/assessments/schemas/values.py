"""Values of the published language as bodies bound them further."""

from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from contracts.values import Period, ProgrammeShare, Ratio

Note = Annotated[str, Field(min_length=1, max_length=4_000)]
Unit = Annotated[str, Field(min_length=1, max_length=32)]
Extra = Annotated[dict[str, Any], Field(max_length=100)]
Share = Annotated[Ratio, Field(ge=0, le=1)]


class ProgrammeShareBody(ProgrammeShare):
    share: Share


class PeriodBody(Period):
    @model_validator(mode="after")
    def _runs_forward(self) -> Self:
        if self.ends_on < self.starts_on:
            raise ValueError("the last day is before the first")
        return self
