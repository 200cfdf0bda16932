"""What codes of clients and requests are called here, which colour they have, and in whose court the ball is."""

from collections.abc import Mapping
from typing import Any

from portal.figures import NONE
from portal.rooms import N_
from portal.visit import Visit

STATES = {
    "registered": N_("Not decided"),
    "qualified": N_("Qualified"),
    "declined": N_("Declined"),
    "open": N_("Open"),
    "closed": N_("Closed"),
    "given": N_("Given"),
    "withdrawn": N_("Withdrawn"),
    "expired": N_("Ended"),
    "submitted": N_("Looking for a provider"),
    "unmet": N_("No provider found"),
    "started": N_("Under way"),
    "cancelling": N_("Being cancelled"),
    "cancelled": N_("Cancelled"),
    "completed": N_("Completed"),
    "approved": N_("Approved"),
}
COLOURS = {
    "registered": "info",
    "qualified": "ok",
    "declined": "",
    "given": "ok",
    "submitted": "info",
    "unmet": "warn",
    "started": "info",
    "cancelling": "warn",
    "completed": "ok",
    "approved": "ok",
    "open": "info",
}
REQUEST_STATES = ("submitted", "unmet", "started", "cancelling", "cancelled", "completed")
COURT = {
    "submitted": N_("The centre looks for a provider and offers the job to the most suitable one."),
    "unmet": N_("No suitable provider is free now. The centre decides how to go on."),
    "started": N_("The provider works on it and reports to the centre."),
    "cancelling": N_("The centre ends the search. If a provider has just accepted, the job goes on."),
    "cancelled": N_("Nobody has anything to do: it was cancelled."),
    "completed": N_("Nobody has anything to do: the service was given."),
}
MEANINGS = {
    "share_with_providers": N_("Whoever works for the company sees its name and contacts. No service without it."),
    "share_with_donor": N_("The donor of a programme may learn the company's name and results."),
    "publish_case": N_("The centre may tell the company's story in public."),
}
SHARE_WITH_PROVIDERS = "share_with_providers"


def in_words(visit: Visit, words: Mapping[str, str]) -> dict[str, str]:
    """A whole list of codes in the language of the page."""
    return {code: visit.words(said) for code, said in words.items()}


def choices(visit: Visit, kind: str) -> list[tuple[str, str]]:
    """What the pack lets one choose from."""
    return [(each["code"], each["name"]) for each in visit.pack[kind]]


def reason(visit: Visit, code: str | None) -> str:
    """Why the centre declined."""
    return next((said for each, said in reasons(visit) if each == code), str(code or NONE))


def reasons(visit: Visit) -> list[tuple[str, str]]:
    """The reasons the pack knows for declining a company."""
    return [(each["code"], each["name"]) for each in visit.pack["reasons"]["decline_client"]]


def state(visit: Visit, code: str) -> str:
    return visit.words(STATES[code]) if code in STATES else code


def kind(visit: Visit, code: str) -> str:
    return visit.name("kinds", code)


def place(visit: Visit, where: Mapping[str, Any]) -> str:
    """The province by its name; the country too where it is another one."""
    country, province = where["country"], where["province"]
    if country == visit.pack["country"]:
        return visit.name("provinces", province) if province else visit.words("Province unknown")
    return f"{province}, {country_name(visit, country)}" if province else country_name(visit, country)


def country_name(visit: Visit, country: str) -> str:
    if country == visit.pack["country"]:
        return str(visit.pack["name"])
    return str(visit.figures.locale.territories.get(country, country))


def sector(visit: Visit, client: Mapping[str, Any]) -> str:
    """ISIC with its revision, or the national code that stands for it."""
    isic = client["isic"]
    if isic is not None:
        return visit.words("ISIC %(code)s, revision %(revision)s", code=isic["code"], revision=isic["revision"])
    if client["national_code"] is None:
        return NONE
    return " ".join(filter(None, (client["national_scheme"], client["national_code"])))


def language(visit: Visit, code: str) -> str:
    """A language by its name in the language of the page."""
    name = str(visit.figures.locale.languages.get(code, code))
    return name[:1].upper() + name[1:]


def provinces(visit: Visit) -> list[tuple[str, str]]:
    """The provinces that are valid today and within this visitor's own, where those are limited."""
    today, own = visit.now.astimezone(visit.figures.zone).date().isoformat(), visit.me and visit.me["provinces"]
    return [
        (each["code"], each["name"])
        for each in visit.pack["provinces"]
        if (each["valid_to"] or today) >= today >= (each["valid_from"] or today) and (not own or each["code"] in own)
    ]


def further(visit: Visit, form: str, extra: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The further facts of a form of the pack, each with its label."""
    fields = {each["name"]: each for each in visit.pack["extra_fields"][form]}
    return [
        (fields[name]["label"] if name in fields else name, further_value(visit, fields.get(name), value))
        for name, value in extra.items()
    ]


def further_fields(visit: Visit, form: str) -> list[dict[str, Any]]:
    """The fields that the pack adds to a form, with their choices by name."""
    return [
        {**each, "choices": [(code, choice_name(code)) for code in each["choices"]]}
        for each in visit.pack["extra_fields"][form]
    ]


def further_value(visit: Visit, field: Mapping[str, Any] | None, value: Any) -> str:
    """A further fact as it is shown; a dash for none."""
    if isinstance(value, bool):
        return visit.words("yes") if value else visit.words("no")
    if isinstance(value, int | float) or value is None:
        return visit.figures.number(value)
    return choice_name(value) if field is not None and field["kind"] == "choice" else str(value)


def choice_name(code: str) -> str:
    """The name of a code that nobody gave one."""
    words = code.replace("_", " ")
    return words[:1].upper() + words[1:]
