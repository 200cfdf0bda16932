"""Steps that routes, reactions and imports share: opening, recording, completing, and keeping saving lines."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from chassis.pack import fit_extra
from chassis.unit_of_work import UnitOfWork
from contracts.assessments import OptionChanged
from contracts.refusals import NotFound
from contracts.values import Stream
from services.assessments.domain import assessments as assessment_rules
from services.assessments.domain import decisions
from services.assessments.domain import options as option_rules
from services.assessments.domain import savings as saving_rules
from services.assessments.domain.assessments import (
    Assessment,
    Plant,
    ProgrammeIsUnknown,
    SiteIsClosed,
    SiteIsOfAnotherClient,
)
from services.assessments.domain.occurrence import Occurrence, occurred
from services.assessments.domain.options import Implementation, Option
from services.assessments.domain.proposals import Proposal
from services.assessments.domain.rules import Rules
from services.assessments.domain.savings import StageReached
from services.assessments.domain.streams import Estimate, estimated
from services.assessments.models import KnownClient, KnownSite
from services.assessments.notices import tell_verifiers
from services.assessments.pack import AssessmentsPack, rules_of
from services.assessments.queries import count_options, identified_line


def rules(uow: UnitOfWork) -> Rules:
    """The pack's decisions for assessments."""
    return rules_of(uow.pack)


def today(uow: UnitOfWork) -> Occurrence:
    """This very day in the centre's zone."""
    return Occurrence(uow.today())


def past(uow: UnitOfWork, *days: date | None) -> None:
    """Refuse a day that has not come yet."""
    for day in (each for each in days if each is not None):
        occurred(day, today=uow.today())


def territory_of(uow: UnitOfWork, country: str, province: str | None) -> str | None:
    """The province that decides which officers may see it: none where it is foreign or unknown."""
    return province if country == uow.pack.country.country else None


def check_extra(uow: UnitOfWork, extra: dict[str, Any]) -> dict[str, Any]:
    """The country's own fields of an assessment."""
    return fit_extra(uow.pack.section("assessments", AssessmentsPack).assessment_fields, extra)


def check_programmes(uow: UnitOfWork, *codes: str | None) -> None:
    """Programmes are the pack's."""
    for code in codes:
        if code is not None and uow.pack.programme(code) is None:
            raise ProgrammeIsUnknown(programme_code=code)


async def plant(uow: UnitOfWork, client_id: UUID, site_id: UUID) -> Plant:
    """A working site of a client; a site without a province stands in its client's.

    Of another client's site elsewhere an officer learns no more than of one that is not there.
    """
    site = await uow.find(KnownSite, site_id=site_id)
    if site is None:
        raise NotFound(thing="site", id=str(site_id))
    client = await uow.find(KnownClient, client_id=site.client_id)
    province = site.province
    if province is None and client is not None and client.country == site.country:
        province = client.province
    territory = territory_of(uow, site.country, province)
    if site.client_id != client_id and not uow.principal.covers(territory):
        raise NotFound(thing="site", id=str(site_id))
    if site.client_id != client_id:
        raise SiteIsOfAnotherClient
    if not site.is_open:
        raise SiteIsClosed
    return Plant(client_id, site_id, site.country, province, territory)


async def open_assessment(
    uow: UnitOfWork,
    where: Plant,
    *,
    programme_code: str | None = None,
    extra: dict[str, Any] | None = None,
    imported_as: tuple[str, str] | None = None,
) -> Assessment:
    """Open an assessment without an engagement, by hand or from an import."""
    check_programmes(uow, programme_code)
    return uow.save(
        *assessment_rules.open_assessment(
            uow.new_id(),
            where,
            programme_code=programme_code,
            extra=check_extra(uow, extra or {}),
            imported_as=imported_as,
            by=uow.principal,
            at=uow.now(),
        )
    )


async def identify_option(
    uow: UnitOfWork,
    assessment: Assessment,
    proposal: Proposal,
    *,
    occurrence: Occurrence,
    imported_as: tuple[str, str] | None = None,
    labels: tuple[str, ...] = (),
) -> Option:
    """Recommend a measure and keep its estimate as a saving line."""
    check_programmes(uow, *(each.programme_code for each in proposal.programme_shares))
    option, event = option_rules.identify(
        uow.new_id(),
        assessment,
        proposal,
        occurrence=occurrence,
        imported_as=imported_as,
        labels=labels,
        rules=rules(uow),
        by=uow.principal,
        at=uow.now(),
    )
    return await keep(uow, option, event)


def estimates(uow: UnitOfWork, assessment: Assessment, stated: Sequence[Estimate]) -> tuple[Stream, ...]:
    """The streams of an option, with the factors that held at the end of the baseline."""
    period = assessment.baseline.stated.period if assessment.baseline else None
    on = period.ends_on if period else uow.today()
    return estimated(stated, tables=rules(uow).energy, country=assessment.country, on=on)


async def complete(uow: UnitOfWork, assessment: Assessment) -> Assessment:
    """Hand an assessment to the reviewer."""
    options = await count_options(uow, assessment.id)
    return uow.save(*assessment_rules.complete(assessment, options, by=uow.principal, at=uow.now()))


async def implement_option(uow: UnitOfWork, option: Option, stated: Implementation) -> Option:
    """It was done, as somebody states; those who verify are told. (What an import brings in was done long ago.)"""
    done, event = decisions.implement(option, stated, rules=rules(uow), at=uow.now())
    done = await keep(uow, done, event)
    await tell_verifiers(uow, done)
    return done


async def keep(uow: UnitOfWork, option: Option, event: StageReached) -> Option:
    """Save an option with the line of the stage it has reached; a correction replaces its estimate's line."""
    known = await identified_line(uow, option.id) if isinstance(event, OptionChanged) else None
    line = saving_rules.line(option, event, line_id=known or uow.new_id(), at=uow.now())
    if line is not None:
        uow.put(line)
    return uow.save(option, event)
