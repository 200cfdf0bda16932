"""A recommended measure as its assessor puts it: what it is, what it costs, what it is expected to save."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from contracts.assessments import OptionRelation
from contracts.refusals import Refusal
from contracts.values import Money, ProgrammeShare, Stream
from services.assessments.domain.profitability import payback
from services.assessments.domain.rules import Plausibility, Rules


class OptionClassIsUnknown(Refusal):
    status = 422
    sentence = "{option_class} is no class of options in this country."


class SharesExceedOne(Refusal):
    status = 422
    sentence = "The programmes' shares of this option add up to {total}: one saving cannot be claimed twice."


@dataclass(frozen=True, slots=True)
class Proposal:
    """Title and description stay inside; money and amounts are a year's, unknown is null."""

    title: str
    option_class: str
    description: str = ""
    tags: tuple[str, ...] = ()
    code: str | None = None
    code_scheme: str | None = None
    code_version: str | None = None
    investment: Money | None = None
    annual_saving: Money | None = None
    life_years: int | None = None
    salvage: Money | None = None
    streams: tuple[Stream, ...] = ()
    programme_shares: tuple[ProgrammeShare, ...] = ()
    boundary_id: str | None = None
    estimate_method: str | None = None
    data_quality: str | None = None
    relations: tuple[OptionRelation, ...] = ()
    loading_order: int | None = None


def for_programme(proposal: Proposal, programme_code: str | None) -> Proposal:
    """An option of a programme's assessment is wholly that programme's unless somebody says otherwise."""
    if proposal.programme_shares or programme_code is None:
        return proposal
    return replace(proposal, programme_shares=(ProgrammeShare(programme_code=programme_code, share=Decimal(1)),))


def require_sound(proposal: Proposal, rules: Rules) -> None:
    """Its class is the pack's, and no programme claims what another one does."""
    classes = (proposal.option_class, *proposal.tags)
    unknown = next((each for each in classes if each not in rules.options.classes), None)
    if unknown is not None:
        raise OptionClassIsUnknown(option_class=unknown)
    total = sum((each.share for each in proposal.programme_shares), Decimal(0))
    if total > 1:
        raise SharesExceedOne(total=total)


def labels_of(proposal: Proposal, limits: Plausibility) -> Iterator[str]:
    """What is odd about it: said, never refused and never corrected."""
    yield from _money_labels(proposal, limits)
    if proposal.life_years is not None and proposal.life_years > limits.max_life_years:
        yield "life_beyond_limit"
    figures = [each.figures for each in proposal.streams if each.figures is not None]
    if any(each.estimate is not None and each.estimate < 0 for each in figures):
        yield "negative_saving_of_resource"
    if any((each.fraction or 0) > 1 for each in figures):
        yield "saving_exceeds_use"
    if any(_out_of_order(each.estimate_low, each.estimate, each.estimate_high) for each in figures):
        yield "estimate_outside_its_range"


def _money_labels(proposal: Proposal, limits: Plausibility) -> Iterator[str]:
    investment, saving = proposal.investment, proposal.annual_saving
    if investment is not None and investment.amount < 0:
        yield "negative_investment"
    if saving is not None and saving.amount < 0:
        yield "negative_saving"
    if investment is None or saving is None:
        return
    if investment.currency != saving.currency:
        yield "currencies_differ"
    elif (payback(investment.amount, saving.amount).value or 0) > limits.max_payback_years:
        yield "payback_beyond_limit"


def _out_of_order(*ends: Decimal | None) -> bool:
    known = [each for each in ends if each is not None]
    return known != sorted(known)
