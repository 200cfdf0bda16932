"""What a country decides about results: how small a group may be shown, and what its indicators mean."""

from typing import Literal

from pydantic import Field, model_validator

from chassis.pack import Section
from contracts.values import Code
from services.impact.domain.programmes import OF_TRAINING, OF_WORK
from services.impact.domain.stages import Quantity

OF_CLIENTS = ("requested", "assessed", "implemented", "verified")
OF_OPTIONS = ("identified", "approved", "implemented", "verified")
Measure = (
    Literal["clients", "options", "investment", "annual_saving", "engagements", "days"]
    | Literal["sessions", "people_trained", "women_share", "certificates"]
    | Quantity
)


class Indicator(Section):
    """A figure programmes set targets for: what is measured, and at which stage it counts.

    `clients` and `options` are counted, `investment`, `annual_saving` and the quantities added up over the options
    that reached the stage; `engagements` and their `days` count when completed and take no stage, no more than
    training does: `sessions` held, `people_trained`, the `women_share` of them in percent, `certificates` issued.
    """

    code: Code
    name: str
    unit: str = ""
    measure: Measure
    stage: str | None = None

    @model_validator(mode="after")
    def _stage_fits(self) -> "Indicator":
        if self.measure in (*OF_WORK, *OF_TRAINING):
            known: tuple[str | None, ...] = (None,)
        else:
            known = OF_CLIENTS if self.measure == "clients" else OF_OPTIONS
        if self.stage not in known:
            stages = ", ".join(each or "no stage" for each in known)
            raise ValueError(f"indicator {self.code}: {self.measure} are counted at {stages}")
        return self


class ImpactPack(Section):
    minimum_cell: int = Field(ge=2, description="clients below which a reader outside the centre sees no figure")
    indicators: tuple[Indicator, ...]

    @model_validator(mode="after")
    def _codes_are_unique(self) -> "ImpactPack":
        codes = [each.code for each in self.indicators]
        double = sorted({code for code in codes if codes.count(code) > 1})
        if double:
            raise ValueError(f"indicators stand twice: {', '.join(double)}")
        return self
