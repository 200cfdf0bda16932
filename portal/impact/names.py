"""What stages, figures and headings are called."""

from typing import Any

from portal.impact.sectors import DIVISIONS
from portal.rooms import N_
from portal.visit import Visit

COMPANIES = {
    "registered": N_("Registered"),
    "requested": N_("Asked for a service"),
    "assessed": N_("Assessed"),
    "implemented": N_("Implemented an option"),
    "verified": N_("Had a saving verified"),
}
STAGES = {
    "identified": N_("Identified, not decided"),
    "pending": N_("Decided later"),
    "refused": N_("Refused"),
    "approved": N_("Approved, not yet done"),
    "implemented": N_("Implemented, not verified"),
    "verified": N_("Verified"),
}
PASSED = {
    "identified": N_("Identified"),
    "approved": N_("Approved"),
    "implemented": N_("Implemented, as stated"),
    "verified": N_("Verified"),
}
VERDICTS = {
    "not_demonstrated": N_("measured, saving not demonstrated"),
    "increase_demonstrated": N_("measured, use went up"),
    "refused": N_("measured, readings allow no verdict"),
}
REPORTED = {
    "identified": N_("Identified"),
    "approved": N_("Approved"),
    "implemented": N_("Implemented, as stated"),
    "implemented_unmeasured": N_("Of these not measured"),
    "not_demonstrated": N_("Of these measured, saving not demonstrated"),
    "increase_demonstrated": N_("Of these measured, use went up"),
    "measurement_refused": N_("Of these measured, readings allow no verdict"),
    "verified": N_("Verified"),
}
"""The rows of a programme's report, what is verified last."""
METHODS = {
    "retrofit_isolation": N_("measured at the equipment, before and after"),
    "two_annual_totals": N_("from two annual totals"),
    "unstated": N_("method not stated"),
    "client_stated": N_("as the company states"),
    "assessor_seen": N_("as the assessor has seen it"),
    "officer_stated": N_("as an officer passes on"),
}
FIGURES = {
    "count": N_("Options"),
    "investment": N_("Cost"),
    "annual_saving": N_("Saving a year"),
    "energy_mj": N_("Energy, MJ a year"),
    "water_m3": N_("Water, m³ a year"),
    "material_t": N_("Materials, t a year"),
    "waste_t": N_("Waste, t a year"),
    "emission_t_co2e": N_("Emissions, t CO₂e a year"),
}
DRAWN = {
    "count": N_("Options"),
    "energy_mj": N_("Energy"),
    "water_m3": N_("Water"),
    "material_t": N_("Materials"),
    "waste_t": N_("Waste"),
    "emission_t_co2e": N_("Emissions"),
}
VERIFIED = {
    "annual_saving": N_("Verified saving a year"),
    "energy_mj": N_("Verified energy, MJ a year"),
    "water_m3": N_("Verified water, m³ a year"),
    "emission_t_co2e": N_("Verified emissions, t CO₂e a year"),
}
TRAINING = {
    "sessions": N_("Sessions held"),
    "people": N_("People trained"),
    "women": N_("Women"),
    "sex_unstated": N_("Sex not stated"),
    "women_share": N_("Women’s share"),
    "certificates_issued": N_("Certificates issued"),
    "certificates_valid": N_("Certificates valid"),
    "certificates_revoked": N_("Certificates revoked"),
    "certificates_expired": N_("Certificates expired"),
}
COMPARED = {"province": N_("By province"), "isic_division": N_("By sector"), "programme": N_("By programme")}


def heading_name(visit: Visit, by: str, heading: Any) -> str:
    """What a heading of the results is called; abroad it is a country."""
    if heading is None:
        return visit.words("Without a programme") if by == "programme" else visit.words("Unknown")
    if by == "isic_division":
        known = DIVISIONS.get(str(heading))
        return visit.words(known) if known else visit.words("ISIC division %(code)s", code=heading)
    if by == "year":
        return str(heading)
    return visit.name("provinces" if by == "province" else "programmes", heading)
