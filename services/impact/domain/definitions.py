"""What each figure of a report means, and which date decides in which year it counts."""

from services.impact.domain.tables import STANDING, UNMEASURED, part

FUNNEL = {
    "requested": "Different companies that asked for a service; in the year of their first request in the programme.",
    "assessed": "Different companies with an approved assessment; in the year of their first one in the programme "
    "(the day it took place).",
    "implemented": "Different companies with at least one implemented option; in the year of their first one in the "
    "programme (the day it was implemented, as stated).",
    "verified": "Different companies with at least one verified option; in the year of their first one in the "
    "programme (the day of the verification).",
}

SAVINGS: dict[str, tuple[str, str, str]] = {
    "implemented_unmeasured": (
        part(STANDING, UNMEASURED),
        "Implemented, not measured",
        "Options stated to be implemented whose saving nobody has measured: estimates, not results.",
    ),
    "not_demonstrated": (
        part(STANDING, "not_demonstrated"),
        "Measured, saving not demonstrated",
        "Options measured by a verifier who could not demonstrate a saving; the figures are still the estimates.",
    ),
    "increase_demonstrated": (
        part(STANDING, "increase_demonstrated"),
        "Measured, an increase of use",
        "Options measured by a verifier who found that use went up; the figures are still the estimates.",
    ),
    "measurement_refused": (
        part(STANDING, "refused"),
        "Measured, measurement refused",
        "Options whose readings do not allow a verdict; the figures are still the estimates.",
    ),
    "verified": (
        "verified",
        "Verified",
        "Options whose saving a verifier, who is not the assessor, demonstrated by measurement; measured figures.",
    ),
    "implemented": (
        "reached implemented",
        "Implemented, all of the above",
        "All options that were implemented, with the figures stated then, whatever was measured later: the lines "
        "above are part of it.",
    ),
    "approved": (
        "reached approved",
        "Approved",
        "Options a company decided to do, implemented or not, with the estimates of that day.",
    ),
    "identified": (
        "reached identified",
        "Identified",
        "All options that were recommended, with the estimates of that day: potential, not savings.",
    ),
}
"""The stages of savings: where their options stand in the tables, their name and what it means, the honest ones first.
In a year counts what came to its stage in it: the day it was identified, approved, implemented or verified."""

FIGURES = {
    "investment": "What the options cost once, in each currency apart; options without a stated cost are unknown.",
    "annual_saving": "Net money saved a year, in each currency apart; options without a stated saving are unknown.",
    "energy_mj": "Energy saved a year in MJ, of every carrier.",
    "water_m3": "Water saved a year in m3.",
    "material_t": "Materials saved a year in t.",
    "waste_t": "Waste avoided a year in t.",
    "emission_t_co2e": "Emissions of the energy saved a year in t CO2e, by the factors frozen into each result; energy "
    "without a factor is unknown.",
}

TRAINING = {
    "sessions": "Sessions that were held; in the year of their last day.",
    "people": "Different people who attended a session, each once; in the year of the first session they attended "
    "(its last day).",
    "women": "Women among the people trained, by the sex stated.",
    "sex_unstated": "People trained whose sex nobody stated, or two statements contradict each other.",
    "women_share": "Women in percent of the people trained whose sex is stated.",
    "certificates_issued": "Certificates issued, whatever became of them; in the year they were issued.",
    "certificates_valid": "Certificates issued that are neither revoked nor expired now.",
    "certificates_revoked": "Certificates issued and revoked since.",
    "certificates_expired": "Certificates issued whose validity has ended.",
}

_STAGES = {
    "identified": "recommended, in the year it was identified",
    "approved": "approved by its company, in the year of that decision",
    "implemented": "implemented as stated, in the year it was implemented",
    "verified": "verified by measurement, in the year of the verification",
}
_WORK = {
    "engagements": "Engagements of providers that were completed; in the year of their completion.",
    "days": "Days that providers reported for completed engagements; in the year of their completion.",
}
_TRAINING_INDICATORS = {"people_trained": "people", "certificates": "certificates_issued"}


def of_indicator(measure: str, stage: str | None) -> str:
    """What an indicator of the pack counts or adds up."""
    if measure in _WORK:
        return _WORK[measure]
    if stage is None:
        return TRAINING[_TRAINING_INDICATORS.get(measure, measure)]
    if measure == "clients":
        return FUNNEL[stage]
    counted = f"Counts every option {_STAGES[stage]}."
    return counted if measure == "options" else f"{FIGURES[measure]} {counted}"
