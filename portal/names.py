"""What the codes are called that every pack shares; what only one country knows is called as its pack says."""

import re
from collections.abc import Mapping
from typing import Any

from portal.words import N_, Words

NAMES: Mapping[str, Mapping[str, str]] = {
    "kinds": {
        "assessment": N_("Assessment"),
        "training": N_("Training"),
        "technical_information": N_("Technical information"),
        "investment_support": N_("Help with an investment"),
        "policy_advice": N_("Policy advice"),
        "awareness": N_("Awareness"),
        "follow_up": N_("Follow-up"),
    },
    "size_classes": {
        "micro": N_("Micro"),
        "small": N_("Small"),
        "medium": N_("Medium"),
        "large": N_("Large"),
    },
    "consent_purposes": {
        "share_with_providers": N_("Share with providers"),
        "share_with_donor": N_("Share with a donor"),
        "publish_case": N_("Publish as an example"),
    },
    "option_classes": {
        "good_housekeeping": N_("Good housekeeping"),
        "input_substitution": N_("Input substitution"),
        "better_process_control": N_("Better process control"),
        "equipment_modification": N_("Equipment modification"),
        "technology_change": N_("Technology change"),
        "on_site_recovery_reuse": N_("On-site recovery and reuse"),
        "useful_by_product": N_("Production of a useful by-product"),
        "product_modification": N_("Product modification"),
        "not_classified": N_("Not classified by its source"),
    },
    "energy_carriers": {
        "electricity": N_("Electricity from the grid"),
        "heat": N_("Purchased heat or steam"),
        "natural_gas": N_("Natural gas"),
        "lpg": N_("Liquefied petroleum gas"),
        "diesel": N_("Gas or diesel oil"),
        "gasoline": N_("Motor gasoline"),
        "kerosene": N_("Kerosene"),
        "fuel_oil": N_("Residual fuel oil"),
        "anthracite": N_("Anthracite"),
        "bituminous_coal": N_("Other bituminous coal"),
        "sub_bituminous_coal": N_("Sub-bituminous coal"),
        "lignite": N_("Lignite"),
        "petroleum_coke": N_("Petroleum coke"),
        "wood": N_("Wood"),
        "solid_biomass": N_("Other solid biomass"),
        "other_fuel": N_("Another fuel, counted in energy"),
    },
    "indicators": {
        "clients_assessed": N_("Companies assessed"),
        "options_identified": N_("Options identified"),
        "options_implemented": N_("Options implemented"),
        "options_verified": N_("Options whose saving is verified"),
        "investment": N_("Investment triggered"),
        "money_saved": N_("Money saved a year"),
        "energy_mj": N_("Energy saved a year"),
        "water_m3": N_("Water saved a year"),
        "material_t": N_("Materials saved a year"),
        "waste_t": N_("Waste avoided a year"),
        "emission_t_co2e": N_("Emissions avoided a year"),
        "energy_mj_verified": N_("Energy saved a year, verified"),
        "engagements_completed": N_("Engagements of providers completed"),
        "provider_days": N_("Days worked by providers"),
        "training_sessions": N_("Training sessions held"),
        "people_trained": N_("People trained"),
        "women_share": N_("Women among people trained"),
        "certificates": N_("Certificates issued"),
    },
    "reasons": {
        "outside_mandate": N_("Outside the centre's mandate"),
        "no_potential": N_("No potential for savings"),
        "not_cooperative": N_("The management does not cooperate"),
        "no_data": N_("No data can be had"),
        "duplicate": N_("The company is registered already"),
        "no_capacity": N_("No capacity"),
        "dates_do_not_fit": N_("Dates do not fit"),
        "too_far": N_("Too far"),
        "conflict_of_interest": N_("Conflict of interest"),
        "not_our_field": N_("Not our field"),
        "fee_too_low": N_("Fee too low"),
        "other": N_("Other"),
        "offered_by_mistake": N_("Offered by mistake"),
        "job_changed": N_("Job changed"),
        "provider_asked": N_("Provider asked"),
        "quality": N_("Quality"),
        "complaint": N_("Complaint"),
        "documents_missing": N_("Documents missing"),
        "certificate_revoked": N_("Certificate revoked"),
        "granted_by_mistake": N_("Granted by mistake"),
        "client_asked": N_("Client asked"),
        "no_longer_wanted": N_("No longer wanted"),
        "done_elsewhere": N_("Done elsewhere"),
        "expert_not_available": N_("Expert not available"),
        "deliverable_missing": N_("Deliverable missing"),
        "figures_unclear": N_("Figures unclear"),
        "days_unclear": N_("Days unclear"),
        "findings_unclear": N_("Findings unclear"),
        "figures_do_not_add_up": N_("Figures do not add up"),
        "source_missing": N_("A source or a reading is missing"),
        "baseline_unclear": N_("The baseline is not comprehensible"),
        "option_not_feasible": N_("An option is not feasible as described"),
        "saving_not_derived": N_("A saving is not derived from the baseline"),
        "incomplete": N_("Something is missing"),
        "unsuitable_return": N_("Unsuitable return on the investment"),
        "too_expensive_initially": N_("Too expensive initially"),
        "cash_flow": N_("Cash flow prevents it"),
        "operating_change_unacceptable": N_("Unacceptable change in operation"),
        "process_or_equipment_change": N_("Process or equipment will change"),
        "facility_change": N_("The facility will change"),
        "personnel_change": N_("Personnel changes"),
        "production_schedule": N_("Production schedule changes"),
        "material_restrictions": N_("Restrictions of material"),
        "bureaucratic_restrictions": N_("Bureaucratic restrictions"),
        "lack_of_staff": N_("No staff to analyse or implement it"),
        "disagreement": N_("The company disagrees with it"),
        "not_worthwhile": N_("Not worthwhile"),
        "risk_to_people": N_("Risk or inconvenience to people"),
        "risk_to_product": N_("Suspected risk to product or equipment"),
        "failed_after_implementation": N_("Rejected after implementation failed"),
        "implemented_otherwise": N_("Solved in another way"),
        "later_than_two_years": N_("Planned only in two years or more"),
        "pending_too_long": N_("Pending for too long"),
        "company_out_of_reach": N_("The company could not be reached"),
        "not_stated": N_("No reason stated"),
        "too_few_people": N_("Too few people"),
        "trainer_not_available": N_("Trainer not available"),
        "venue_not_available": N_("Venue not available"),
        "cannot_come": N_("Cannot come"),
        "another_person_comes": N_("Another person comes"),
        "enrolled_by_mistake": N_("Enrolled by mistake"),
        "exam_not_passed": N_("Exam not passed"),
        "exam_not_taken": N_("Exam not taken"),
        "left_early": N_("Left early"),
        "issued_by_mistake": N_("Issued by mistake"),
        "result_was_wrong": N_("Result was wrong"),
        "identity_was_wrong": N_("Identity was wrong"),
        "misconduct": N_("Misconduct"),
    },
}

_STANDS = {
    "accepted": N_("accepted"),
    "active": N_("at work"),
    "approved": N_("approved"),
    "cancelled": N_("cancelled"),
    "cancelling": N_("being cancelled"),
    "completed": N_("completed"),
    "declined": N_("declined"),
    "expired": N_("expired"),
    "failed": N_("failed"),
    "filled": N_("taken"),
    "finished": N_("finished"),
    "given": N_("given"),
    "identified": N_("identified"),
    "implemented": N_("implemented"),
    "open": N_("open"),
    "pending": N_("decided later"),
    "qualified": N_("qualified"),
    "refused": N_("refused"),
    "registered": N_("registered"),
    "returned": N_("returned"),
    "started": N_("under way"),
    "submitted": N_("submitted"),
    "suspended": N_("suspended"),
    "unmet": N_("nobody found"),
    "verified": N_("verified"),
    "withdrawn": N_("withdrawn"),
}
FACTS: Mapping[str, Mapping[str, str]] = {
    "status": _STANDS,
    "state": _STANDS,
    "missing": {
        "assessor": N_("the assessor"),
        "baseline": N_("the baseline"),
        "option": N_("an option"),
        "its province": N_("the province"),
        "its sector (ISIC, or the national code with the reason why no ISIC is unique)": N_(
            "the sector (ISIC, or the national code with the reason why no single ISIC code fits)"
        ),
    },
    "thing": {
        "assessment": N_("assessment"),
        "baseline": N_("baseline"),
        "candidate": N_("candidate"),
        "client": N_("client"),
        "competence": N_("competence"),
        "consent": N_("consent"),
        "engagement": N_("engagement"),
        "expert": N_("expert"),
        "need": N_("job"),
        "offer": N_("offer"),
        "offer link": N_("link to an offer"),
        "option": N_("option"),
        "page": N_("page"),
        "programme": N_("programme"),
        "provider": N_("provider"),
        "service request": N_("service request"),
        "shortlist": N_("shortlist"),
        "site": N_("site"),
        "work report": N_("work report"),
    },
    "side": {"client": N_("client"), "provider": N_("provider")},
    "reason_code": NAMES["reasons"],
    "known": NAMES["reasons"],
    "option_class": NAMES["option_classes"],
    "carrier": NAMES["energy_carriers"],
}
"""What refusals name by the words of the code, by the names of their facts."""
_BETWEEN = re.compile(r", | and ")


def facts_in_words(facts: Mapping[str, Any], words: Words) -> dict[str, Any]:
    """What a refusal names, in the language of the page as far as its codes are known; several as a list."""
    return {name: _told(FACTS[name], str(fact), words) if name in FACTS else fact for name, fact in facts.items()}


def _told(known: Mapping[str, str], fact: str, words: Words) -> str:
    if fact in known:
        return words(known[fact])
    return ", ".join(words(known[each]) if each in known else each for each in _BETWEEN.split(fact))


def in_words(pack: Mapping[str, Any], words: Words) -> dict[str, Any]:
    """The published pack with its lists of codes in the language of the page, as far as every pack shares them."""
    told = {kind: _named(pack[kind], NAMES[kind], words) for kind in NAMES if kind != "reasons"}
    reasons = {each: _named(listed, NAMES["reasons"], words) for each, listed in pack["reasons"].items()}
    return {**pack, **told, "reasons": reasons}


def _named(listed: list[dict[str, Any]], known: Mapping[str, str], words: Words) -> list[dict[str, Any]]:
    return [{**each, "name": words(known[each["code"]])} if each["code"] in known else each for each in listed]
