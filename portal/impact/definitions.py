"""What each figure means. The words are those of the API's answers, so that they are the same everywhere."""

from collections.abc import Mapping

from portal.rooms import N_
from portal.words import Words

FUNNEL = {
    "registered": N_("Different companies that are registered; in the year of their registration."),
    "requested": N_("Different companies that asked for a service; in a year, those that asked in it."),
    "assessed": N_("Different companies with an approved assessment; in a year, those assessed in it."),
    "implemented": N_("Different companies that implemented an option, as stated; in a year, those that did in it."),
    "verified": N_("Different companies with a verified option; in a year, those with a verification in it."),
}
STAGES = {
    "identified": N_("Options that were recommended: potential, not savings."),
    "pending": N_("Options on which the company decides later."),
    "refused": N_("Options that the company will not do."),
    "approved": N_("Options that a company decided to do; the figures are the estimates."),
    "implemented": N_("Options in place, as the company or the assessor states; the figures are the estimates."),
    "verified": N_("Options whose saving a verifier, who is not the assessor, demonstrated by measurement."),
}
FIGURES = {
    "investment": N_("What the options cost once, in each currency apart; options without a stated cost are unknown."),
    "annual_saving": N_("Net money saved a year, in each currency apart; options without a stated saving are unknown."),
    "energy_mj": N_("Energy saved a year in MJ, of every carrier."),
    "water_m3": N_("Water saved a year in m3."),
    "material_t": N_("Materials saved a year in t."),
    "waste_t": N_("Waste avoided a year in t."),
    "emission_t_co2e": N_(
        "Emissions of the energy saved a year in t CO2e, by the factors frozen into each result; energy without a "
        "factor is unknown."
    ),
}
TRAINING = {
    "sessions": N_("Sessions that were held; in the year of their last day."),
    "people": N_(
        "Different people who attended a session, each once; in the year of the first session they attended (its last "
        "day)."
    ),
    "women": N_("Women among the people trained, by the sex stated."),
    "sex_unstated": N_("People trained whose sex nobody stated, or two statements contradict each other."),
    "women_share": N_("Women in percent of the people trained whose sex is stated."),
    "certificates_issued": N_("Certificates issued, whatever became of them; in the year they were issued."),
    "certificates_valid": N_("Certificates issued that are neither revoked nor expired now."),
    "certificates_revoked": N_("Certificates issued and revoked since."),
    "certificates_expired": N_("Certificates issued whose validity has ended."),
}
_OF_REPORTS = (
    N_("Different companies that asked for a service; in the year of their first request in the programme."),
    N_(
        "Different companies with an approved assessment; in the year of their first one in the programme (the day it "
        "took place)."
    ),
    N_(
        "Different companies with at least one implemented option; in the year of their first one in the programme "
        "(the day it was implemented, as stated)."
    ),
    N_(
        "Different companies with at least one verified option; in the year of their first one in the programme (the "
        "day of the verification)."
    ),
    N_("Options stated to be implemented whose saving nobody has measured: estimates, not results."),
    N_("Options measured by a verifier who could not demonstrate a saving; the figures are still the estimates."),
    N_("Options measured by a verifier who found that use went up; the figures are still the estimates."),
    N_("Options whose readings do not allow a verdict; the figures are still the estimates."),
    N_("Options whose saving a verifier, who is not the assessor, demonstrated by measurement; measured figures."),
    N_(
        "All options that were implemented, with the figures stated then, whatever was measured later: the lines above "
        "are part of it."
    ),
    N_("Options a company decided to do, implemented or not, with the estimates of that day."),
    N_("All options that were recommended, with the estimates of that day: potential, not savings."),
    N_("Counts every option recommended, in the year it was identified."),
    N_("Counts every option approved by its company, in the year of that decision."),
    N_("Counts every option implemented as stated, in the year it was implemented."),
    N_("Counts every option verified by measurement, in the year of the verification."),
    N_("Engagements of providers that were completed; in the year of their completion."),
    N_("Days that providers reported for completed engagements; in the year of their completion."),
)
_KNOWN = frozenset({*FIGURES.values(), *TRAINING.values(), *_OF_REPORTS})


def told(words: Words, definition: str) -> tuple[str, str | None]:
    """A definition of the API's in the language of the page, or as it came, with its language.

    Some are two sentences: what a figure is, and which options it counts.
    """
    if definition in _KNOWN:
        return words(definition), None
    for first in FIGURES.values():
        rest = definition.removeprefix(f"{first} ")
        if rest != definition and rest in _KNOWN:
            return f"{words(first)} {words(rest)}", None
    return definition, None if words.language == "en" else "en"


def told_of(words: Words, definitions: Mapping[str, str]) -> dict[str, tuple[str, str | None]]:
    """All definitions of an answer."""
    return {name: told(words, each) for name, each in definitions.items()}
