"""What an option costs and saves at a stage, and how much of it each programme may claim."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

from contracts.values import Money, ProgrammeShare, Stream
from services.impact.domain.stages import QUANTITIES

NO_PROGRAMME = ""
AMOUNTS = ("investment", "annual_saving", *QUANTITIES)
_PLACES = Decimal("0.0001")


@dataclass(frozen=True, slots=True)
class Figures:
    """Money, and savings a year. Money that is null is unknown; a quantity that is null does not apply,
    unless its resource is said to be unknown (then what is known of it is a part)."""

    investment: Decimal | None = None
    investment_currency: str | None = None
    annual_saving: Decimal | None = None
    saving_currency: str | None = None
    energy_mj: Decimal | None = None
    water_m3: Decimal | None = None
    material_t: Decimal | None = None
    waste_t: Decimal | None = None
    emission_t_co2e: Decimal | None = None
    energy_unknown: bool = False
    water_unknown: bool = False
    material_unknown: bool = False
    waste_unknown: bool = False
    emission_unknown: bool = False


def figures(investment: Money | None, annual_saving: Money | None, streams: Sequence[Stream]) -> Figures:
    """The figures of an option: what is known of a resource adds up over its streams."""
    facts: dict[str, Any] = {}
    for quantity, resource in QUANTITIES.items():
        known = [getattr(each, quantity) for each in streams if getattr(each, quantity) is not None]
        facts[quantity] = sum(known, Decimal(0)) if known else None
        facts[f"{resource}_unknown"] = any(
            each.resource == _STATED_WITH.get(resource, resource) and getattr(each, quantity) is None
            for each in streams
        )
    if investment is not None:
        facts |= {"investment": investment.amount, "investment_currency": investment.currency}
    if annual_saving is not None:
        facts |= {"annual_saving": annual_saving.amount, "saving_currency": annual_saving.currency}
    return Figures(**facts)


def restated(before: Figures, stated: Figures, *, saved: bool) -> Figures:
    """The figures of a later stage: what it does not state is as before; `saved` tells whether it states quantities."""
    kept: dict[str, Any] = {} if saved else {name: getattr(before, name) for name in _SAVED}
    if stated.annual_saving is None:
        kept |= {"annual_saving": before.annual_saving, "saving_currency": before.saving_currency}
    return replace(measured(before, stated), **kept)


def measured(before: Figures, stated: Figures) -> Figures:
    """The figures of a verified saving: what was measured and never an estimate; its cost may be known from before."""
    if stated.investment is not None:
        return stated
    return replace(stated, investment=before.investment, investment_currency=before.investment_currency)


def shares_of(stated: Sequence[ProgrammeShare], programme_code: str | None) -> dict[str, Decimal]:
    """The programmes that may claim an option: those it names, else wholly that of its assessment."""
    if not stated:
        return {programme_code: Decimal(1)} if programme_code else {}
    shares: dict[str, Decimal] = {}
    for each in stated:
        shares[each.programme_code] = shares.get(each.programme_code, Decimal(0)) + each.share
    return {programme: share for programme, share in sorted(shares.items()) if share > 0}


def attributed(whole: Figures, shares: Mapping[str, Decimal]) -> dict[str, Figures]:
    """The part of each programme, and of none where something is left; the parts add up to the whole exactly."""
    claims = dict(shares)
    if sum(claims.values()) < 1:
        claims[NO_PROGRAMME] = 1 - sum(claims.values(), Decimal(0))
    *claimants, last = claims
    parts = {programme: _scaled(whole, claims[programme]) for programme in claimants}
    return {**parts, last: _less(whole, parts.values())}


def _scaled(whole: Figures, share: Decimal) -> Figures:
    known = {name: getattr(whole, name) for name in AMOUNTS if getattr(whole, name) is not None}
    parts: dict[str, Any] = {
        name: (amount * share).quantize(_PLACES, ROUND_HALF_EVEN) for name, amount in known.items()
    }
    return replace(whole, **parts)


def _less(whole: Figures, parts: Collection[Figures]) -> Figures:
    known = {name: getattr(whole, name) for name in AMOUNTS if getattr(whole, name) is not None}
    rest: dict[str, Any] = {name: amount - sum(getattr(part, name) for part in parts) for name, amount in known.items()}
    return replace(whole, **rest)


_STATED_WITH = {"emission": "energy"}
_SAVED = (*QUANTITIES, *(f"{resource}_unknown" for resource in QUANTITIES.values()))
