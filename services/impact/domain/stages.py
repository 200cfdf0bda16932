"""The words of results: what companies and options may reach."""

from typing import Literal

Status = Literal["identified", "approved", "pending", "refused", "implemented", "verified"]
Stage = Literal["identified", "approved", "implemented", "verified"]
FunnelStage = Literal["registered", "requested", "assessed", "implemented", "verified"]
Verdict = Literal["demonstrated", "not_demonstrated", "increase_demonstrated", "refused"]
Quantity = Literal["energy_mj", "water_m3", "material_t", "waste_t", "emission_t_co2e"]
Basis = Literal["current", "reached"]
By = Literal["status", "province", "isic_division", "year", "programme"]
TrainingBy = Literal["programme", "province", "year"]

STATUSES: tuple[Status, ...] = ("identified", "approved", "pending", "refused", "implemented", "verified")
"""Basis `current`: where an option stands, each option once."""
STAGES: tuple[Stage, ...] = ("identified", "approved", "implemented", "verified")
"""Basis `reached`: what an option has passed, under each stage once."""
FUNNEL: tuple[FunnelStage, ...] = ("registered", "requested", "assessed", "implemented", "verified")
VERDICTS: tuple[Verdict, ...] = ("demonstrated", "not_demonstrated", "increase_demonstrated", "refused")
QUANTITIES: dict[Quantity, str] = {
    "energy_mj": "energy",
    "water_m3": "water",
    "material_t": "material",
    "waste_t": "waste",
    "emission_t_co2e": "emission",
}
"""A saving a year in the reporting unit of its resource; emissions are those of the energy saved."""
