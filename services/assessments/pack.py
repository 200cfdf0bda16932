"""What a country decides for assessments: its section of the pack, and the rules read from it."""

from pydantic import Field, model_validator

from chassis.pack import ExtraField, Pack, Section
from contracts.values import Code, Ratio, VersionRef
from services.assessments.domain.energy import EnergyTables
from services.assessments.domain.rules import OptionRules, Plausibility, Rules, VerificationRules


class AssessmentsPack(Section):
    """`assessments.toml`; amounts stand as text so that they stay exact."""

    rules_version: Code
    discount_rate: Ratio = Field(gt=-1)
    return_reasons: dict[Code, str]
    assessment_fields: tuple[ExtraField, ...] = ()
    energy: EnergyTables
    plausibility: Plausibility
    options: OptionRules
    verification: VerificationRules

    @model_validator(mode="after")
    def _names_are_known(self) -> "AssessmentsPack":
        carriers = [each.code for each in self.energy.carriers]
        factors = [each.factor_id for each in self.energy.factors]
        for name, codes in (("carrier", carriers), ("factor", factors)):
            double = sorted({code for code in codes if codes.count(code) > 1})
            if double:
                raise ValueError(f"{name} codes stand twice: {', '.join(double)}")
        lost = sorted({each.carrier for each in self.energy.factors} - set(carriers))
        if lost:
            raise ValueError(f"factors speak of unknown carriers: {', '.join(lost)}")
        if self.options.pending_reason not in self.options.refusal_reasons:
            raise ValueError(f"pending_reason {self.options.pending_reason} is no refusal reason")
        return self


def rules_of(pack: Pack) -> Rules:
    """The rules of this pack, by which every figure and event here is made."""
    section = pack.section("assessments", AssessmentsPack)
    return Rules(
        pack=VersionRef(code=pack.country.code, version=pack.country.version),
        rules_version=section.rules_version,
        discount_rate=section.discount_rate,
        return_reasons=section.return_reasons,
        energy=section.energy,
        plausibility=section.plausibility,
        options=section.options,
        verification=section.verification,
    )
