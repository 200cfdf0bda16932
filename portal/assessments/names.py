"""What states, resources and labels of assessments and options are called on the pages."""

from collections.abc import Mapping
from typing import Any

from portal.rooms import N_
from portal.visit import Visit

STATES = {
    "open": N_("In progress"),
    "completed": N_("With the reviewer"),
    "approved": N_("Approved"),
    "cancelled": N_("Cancelled"),
}
STATE_KINDS = {"open": "info", "completed": "warn", "approved": "ok"}
OPTION_STATES = {
    "identified": N_("Identified"),
    "approved": N_("Approved"),
    "pending": N_("Postponed"),
    "refused": N_("Refused"),
    "implemented": N_("Implemented"),
    "verified": N_("Verified"),
}
OPTION_KINDS = {"approved": "info", "pending": "warn", "implemented": "info", "verified": "ok"}
RESOURCES = {
    "energy": N_("Energy"),
    "water": N_("Water"),
    "material": N_("Material"),
    "waste": N_("Waste"),
    "other": N_("Something else"),
}
STATED_BY = {
    "client_stated": N_("as the company states"),
    "assessor_seen": N_("seen by the assessor"),
    "officer_stated": N_("passed on by an officer"),
}
QUESTIONS = {
    "output_missing": N_("What did the plant make? Without an output nothing can be compared."),
    "output_zero": N_("Was really nothing made in this period? Without an output nothing can be compared."),
    "not_a_year": N_("The period is not a year: is it typical of one?"),
    "hours_exceed_period": N_("The plant ran more hours than the period has: is this a sum over several machines?"),
    "waste_water_exceeds_water": N_("More waste water than water: does rain, well water or a raw material add to it?"),
    "negative_quantity": N_("A quantity is below zero: is a sign wrong?"),
    "emission_factor_missing": N_(
        "One carrier has no emission factor here, so the emissions are not known. Is the carrier right?"
    ),
    "energy_incomplete": N_("A carrier has a cost but no quantity: what does the bill say?"),
    "period_is_the_reported_year": N_("The file names a year only: does its period begin in another month?"),
    "waste_water_unit_doubtful": N_("The unit of the waste water is doubtful, so it was left out. What is it?"),
    "liquid_waste_not_counted": N_("Liquid waste was given in a unit that cannot be added, so it was left out."),
    "gaseous_waste_not_counted": N_("Gaseous waste was given in a unit that cannot be added, so it was left out."),
    "negative_investment": N_("The investment is below zero: is it a grant, or a sign?"),
    "negative_saving": N_("The saving is below zero: does it really cost more each year?"),
    "currencies_differ": N_(
        "Investment and saving are in different currencies, so there is no payback. Can one change?"
    ),
    "payback_beyond_limit": N_("The payback is very long: is a figure in another unit?"),
    "life_beyond_limit": N_("The life is very long: will it really last so long?"),
    "negative_saving_of_resource": N_("The option uses more of one resource: is that meant?"),
    "saving_exceeds_use": N_("The saving is larger than the use: is one of them in another unit?"),
    "estimate_outside_its_range": N_("The estimate lies outside its own range: which of the three is right?"),
    "implemented_before_identified": N_("It was implemented before it was identified: is the day right?"),
    "recorded_elsewhere": N_("Recorded elsewhere and imported: nobody here assessed or reviewed it."),
}


def units_of(unit: str) -> str:
    """A unit as it is read: m³, t CO₂e."""
    return {"m3": "m³", "m3/h": "m³/h", "gal_us": "US gal", "t_co2e": "t CO₂e"}.get(unit, unit)


def questions(visit: Visit, labels: list[str]) -> list[str]:
    """What is odd about a record, as questions; a label nobody has put into words is shown as it is."""
    return [visit.words(QUESTIONS[each]) if each in QUESTIONS else each.replace("_", " ") for each in labels]


def reasons_of(visit: Visit, command: str) -> list[tuple[str, str]]:
    """The country's reasons for a command, as choices of a form."""
    return [(each["code"], each["name"]) for each in visit.pack["reasons"].get(command, ())]


def reason_name(visit: Visit, command: str, code: str | None) -> str:
    return dict(reasons_of(visit, command)).get(code or "", code or "–")


def choices(visit: Visit, kind: str) -> list[tuple[str, str]]:
    """Codes of the pack with their names."""
    return [(each["code"], each["name"]) for each in visit.pack[kind]]


def currencies(visit: Visit) -> list[tuple[str, str]]:
    return [(each, each) for each in visit.pack["currencies"]]


def first_currency(visit: Visit, programme_code: str | None) -> str:
    """What a form begins with: the programme's currency, else the country's."""
    known = (each["currency"] for each in visit.pack["programmes"] if each["code"] == programme_code)
    return str(next(known, visit.pack["currencies"][0]))


def place_of(visit: Visit, assessment: Mapping[str, Any]) -> str:
    """The province; another country is named, the centre's own only where no province is known."""
    country, province = str(assessment["country"]), assessment["province"]
    if not province:
        return country
    return visit.name("provinces", province) if country == visit.pack["country"] else f"{province}, {country}"


def carrier_name(visit: Visit, resource: str, carrier: str) -> str:
    """A carrier by its name: energy as the pack has it, else the resource, and what exactly if that says more."""
    if resource == "energy":
        return visit.name("energy_carriers", carrier)
    named = visit.words(RESOURCES.get(resource, N_("Something else")))
    return named if carrier == resource else f"{named}: {carrier.replace('_', ' ')}"
