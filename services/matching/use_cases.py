"""The chains of matching, each one transaction: a need opened, the next offer made, an engagement begun and ended."""

import asyncio
import hashlib
from collections.abc import Sequence
from datetime import date
from uuid import UUID

from chassis.auth import new_secret
from chassis.unit_of_work import UnitOfWork
from contracts.principals import SYSTEM_PRINCIPAL
from contracts.refusals import NotFound, OutsideTerritory
from contracts.values import CompetenceNeeded, Place
from services.matching.domain import (
    competences,
    engagements,
    experts,
    needs,
    offers,
    providers,
    shortlists,
    work_reports,
)
from services.matching.domain.competences import Competence, HeldCertificate, ProviderIsAmbiguous
from services.matching.domain.engagements import Engagement
from services.matching.domain.experts import Expert
from services.matching.domain.hard_rules import Search, require_all
from services.matching.domain.needs import ConsentIsMissing, Job, Need, NeedIsNotOpen, ProgrammeIsUnknown, SiteIsUnknown
from services.matching.domain.offers import Offer
from services.matching.domain.providers import Provider, ProvinceIsUnknown
from services.matching.domain.scores import Policy
from services.matching.domain.shortlists import Candidate, ScoringRun, Shortlist
from services.matching.domain.work_reports import WorkReport
from services.matching.models import ApprovedAssessment, KnownClient, KnownSite
from services.matching.notices import call_off_offer, tell_of_offer, tell_of_return
from services.matching.pack import MatchingPack
from services.matching.queries import agreed_to_share, certificates_of, profile_of, profiles, working_days
from services.matching.schemas.needs import OpenNeed
from services.matching.schemas.providers import Served

JOB_NOT_OPEN = "job_no_longer_open"
"""Why an offer ends whose job another took or nobody wants any more: one reason, so that none is told of a rival."""
PROVIDER_SUSPENDED = "provider_suspended"
CONSENT_ENDED = "consent_ended"
CANCEL_ASKED = "cancel_asked"
ASSESSMENT_APPROVED = "assessment_approved"
CERTIFICATE_REVOKED = "certificate_revoked"


def pack_of(uow: UnitOfWork) -> MatchingPack:
    """This service's section of the pack."""
    return uow.pack.section("matching", MatchingPack)


def policy_of(uow: UnitOfWork) -> Policy:
    """How the pack wants candidates scored."""
    section = pack_of(uow)
    scoring = section.scoring
    return Policy(section.policy_version, scoring.weights.used(), scoring.half_experience, scoring.unrated_points)


def territory_of(uow: UnitOfWork, country: str, province: str | None) -> str | None:
    """The province that decides which officers see a job; a foreign place belongs to none."""
    return province if country == uow.pack.country.country else None


def places_of(uow: UnitOfWork, served: Sequence[Served]) -> tuple[Place, ...]:
    """The places a provider serves. Provinces of the pack's own country must be valid today."""
    home = uow.pack.country
    for each in served:
        own = each.country == home.country and each.province is not None
        if own and not uow.pack.has_province(each.province or "", uow.today()):
            raise ProvinceIsUnknown(province=each.province)
    schemes = {home.country: home.province_scheme}
    return tuple(
        Place(
            country=each.country,
            province=each.province,
            scheme=schemes.get(each.country, each.country) if each.province else None,
        )
        for each in served
    )


async def expert_of(uow: UnitOfWork, person_id: UUID, provider_id: UUID | None) -> Expert:
    """The expert that a person is: of the provider named, or of the only one it works for."""
    known = await uow.all(Expert, person_id=person_id)
    active = [each for each in known if each.status == "active"] or known
    found = [each for each in active if provider_id in (None, each.provider_id)]
    if not found:
        raise NotFound(thing="expert", id=str(person_id))
    if len(found) > 1:
        raise ProviderIsAmbiguous(count=len(found))
    return await uow.read(Expert, found[0].id)


async def add_expert(uow: UnitOfWork, provider: Provider, full_name: str, person_id: UUID | None) -> Expert:
    """A person works for a provider; one known already brings the competences of its certificates."""
    if person_id is not None:
        await uow.alone_on(person_id)
    expert = Expert(id=uow.new_id(), provider_id=provider.id, person_id=person_id or uow.new_id(), full_name=full_name)
    expert = uow.save(*experts.add(expert))
    for certificate in await certificates_of(uow, expert.person_id):
        await grant_by_certificate(uow, certificate)
    return expert


async def grant_by_certificate(uow: UnitOfWork, certificate: HeldCertificate) -> None:
    """What a certificate gives goes to the expert its holder is, if it is one by now.

    Ask `alone_on` the person before: a certificate and an expert of the same moment must not miss each other.
    """
    with uow.acting_as(SYSTEM_PRINCIPAL):
        active = await uow.all(Expert, person_id=certificate.person_id, status="active")
        holder = certificate.holder_among(active, uow.today())
        if holder is None:
            return
        expert = await uow.read(Expert, holder.id)
        granted = {each.code for each in await uow.all(Competence, certificate_id=certificate.certificate_id)}
        for given in certificate.gives(granted):
            uow.save(*competences.grant(certificate.competence(given, expert, uow.new_id()), expert))


# needs and their offers


async def open_need(uow: UnitOfWork, job: Job, competences: tuple[CompetenceNeeded, ...] = ()) -> Need:
    """Begin to look for a provider who has these competences, else those of the pack, and ask the first."""
    need = uow.save(
        *needs.open_need(
            job,
            competences or pack_of(uow).competences_for(job.kind, job.isic),
            need_id=uow.new_id(),
            territory=territory_of(uow, job.country, job.province),
            at=uow.now(),
        )
    )
    return await offer_next(uow, need)


async def job_of(uow: UnitOfWork, body: OpenNeed) -> Job:
    """What an officer wants done at a site of a client: its place and sector as clients tells them."""
    section = pack_of(uow)
    for needed in body.competences:
        section.check_competence(needed.code)
    if body.programme_code is not None and uow.pack.programme(body.programme_code) is None:
        raise ProgrammeIsUnknown(programme_code=body.programme_code)
    site = await uow.find(KnownSite, site_id=body.site_id)
    if site is None or site.client_id != body.client_id or not site.is_open:
        raise SiteIsUnknown(site_id=str(body.site_id))
    if not uow.principal.covers(territory_of(uow, site.country, site.province)):
        raise OutsideTerritory(province=site.province or site.country)
    if not await agreed_to_share(uow, body.client_id):
        raise ConsentIsMissing
    client = await uow.find(KnownClient, client_id=body.client_id)
    return Job(
        client_id=body.client_id,
        site_id=body.site_id,
        kind=body.kind,
        programme_code=body.programme_code,
        isic=client.isic if client else None,
        country=site.country,
        province=site.province,
        language=body.language,
        starts_on=body.starts_on,
        ends_on=body.ends_on,
        days=body.days,
    )


async def offer_next(uow: UnitOfWork, need: Need) -> Need:
    """Score all providers anew and offer the job to the best, or find the need unmet.

    While another provider has an open offer nothing is done. The step follows by rule, whoever gave the reason for it.
    """
    with uow.acting_as(SYSTEM_PRINCIPAL):
        if await standing_offers(uow, need):
            return need
        run = await make_shortlist(uow, need)
        if run.best is None:
            return uow.save(*needs.unmet(need, run.shortlist.excluded))
        if pack_of(uow).offers.automatically:
            await make_offer(uow, need, run.best)
    return need


async def search_anew(uow: UnitOfWork, need: Need) -> Shortlist:
    """A new shortlist at an officer's wish: an unmet need is reopened by it if somebody is eligible now."""
    if need.status not in ("open", "unmet"):
        raise NeedIsNotOpen(status=need.status)
    with uow.acting_as(SYSTEM_PRINCIPAL):
        standing = await standing_offers(uow, need)
        run = await make_shortlist(uow, need)
        if need.status == "unmet" and run.best is not None:
            need = uow.save(*needs.reopen(need))
        if need.status == "open" and not standing:
            if run.best is None:
                uow.save(*needs.unmet(need, run.shortlist.excluded))
            elif pack_of(uow).offers.automatically:
                await make_offer(uow, need, run.best)
    return run.shortlist


async def make_shortlist(uow: UnitOfWork, need: Need) -> ScoringRun:
    """One scoring run over all providers, kept with every row; the arithmetic leaves the shared event loop."""
    asked = {offer.provider_id for offer in await uow.all(Offer, need_id=need.id)}
    search = Search.of(need, working_days(uow, need), asked)
    known, policy = await profiles(uow, need), policy_of(uow)
    run = await asyncio.to_thread(shortlists.make, search, known, policy, shortlist_id=uow.new_id(), at=uow.now())
    uow.save(run.shortlist, run.event)
    for candidate in run.candidates:
        uow.add(candidate)
    return run


async def make_offer(uow: UnitOfWork, need: Need, candidate: Candidate) -> tuple[Offer, str]:
    """Offer the job to a candidate and tell it; the provider must not change meanwhile. With the code of the link
    that answers the offer: it stands in what the provider is told and nowhere else."""
    await uow.alone_on(need.id)
    provider, code, figures = await uow.read(Provider, candidate.provider_id), new_secret(), pack_of(uow).offers
    offer = uow.save(
        *offers.make(
            need,
            candidate,
            offer_id=uow.new_id(),
            deadline_at=uow.pack.calendar.deadline(uow.now(), figures.deadline_business_days),
            link_sha256=sha256(code),
            at=uow.now(),
        )
    )
    await tell_of_offer(uow, offer, need, provider, code, figures)
    return offer, code


async def make_offer_by_hand(uow: UnitOfWork, shortlist: Shortlist, candidate: Candidate) -> tuple[Offer, str]:
    """An officer's own choice, judged once more; with the code of the link that answers it, shown this once."""
    need = await uow.get(Need, shortlist.need_id)
    if need.status == "unmet":
        need = uow.save(*needs.reopen(need))
    provider = await uow.read(Provider, candidate.provider_id)
    if not await agreed_to_share(uow, need.client_id):
        raise ConsentIsMissing
    require_all(Search.of(need, working_days(uow, need)), await profile_of(uow, need, provider))
    return await make_offer(uow, need, candidate)


async def standing_offers(uow: UnitOfWork, need: Need) -> list[Offer]:
    """The offers of a need that wait for an answer; the unit relies on their not being answered meanwhile."""
    return [await uow.read(Offer, each.id) for each in await uow.all(Offer, need_id=need.id, status="open")]


async def decline_offer(uow: UnitOfWork, offer_id: UUID, reason_code: str, note: str | None) -> Offer:
    """The provider says no: the next is asked."""
    pack_of(uow).check_reason("decline", reason_code)
    offer = uow.save(*offers.decline(await uow.get(Offer, offer_id), reason_code, note, at=uow.now()))
    await call_off_offer(uow, offer)
    await offer_next(uow, await uow.get(Need, offer.need_id))
    return offer


async def withdraw_offer(uow: UnitOfWork, offer_id: UUID, reason_code: str) -> Offer:
    """Take an offer back: the next is asked."""
    offer = uow.save(*offers.withdraw(await uow.get(Offer, offer_id), reason_code, at=uow.now()))
    await call_off_offer(uow, offer)
    await offer_next(uow, await uow.get(Need, offer.need_id))
    return offer


async def suspend_provider(uow: UnitOfWork, provider_id: UUID, reason_code: str) -> Provider:
    """No offers for now: its open ones are withdrawn, and for each job the next is asked."""
    provider = uow.save(*providers.suspend(await uow.get(Provider, provider_id), reason_code))
    with uow.acting_as(SYSTEM_PRINCIPAL):
        for offer in await uow.all(Offer, provider_id=provider_id, status="open"):
            await withdraw_offer(uow, offer.id, PROVIDER_SUSPENDED)
    return provider


async def cancel_need(uow: UnitOfWork, need: Need, reason_code: str) -> Need:
    """Stop looking, and take the offers back that wait for an answer."""
    need = uow.save(*needs.cancel(need, reason_code))
    await end_offers(uow, need)
    return need


async def end_offers(uow: UnitOfWork, need: Need) -> None:
    """Take every waiting offer back: the job is no longer open."""
    await uow.alone_on(need.id)  # an offer made at this moment is taken back too, or is not made
    with uow.acting_as(SYSTEM_PRINCIPAL):
        for offer in await standing_offers(uow, need):
            await call_off_offer(uow, uow.save(*offers.withdraw(offer, JOB_NOT_OPEN, at=uow.now())))


# engagements


async def start_engagement(uow: UnitOfWork, offer_id: UUID, person_id: UUID) -> Offer:
    """The provider accepts: the need is filled, its days are booked, the engagement begins, other offers end."""
    offer = await uow.get(Offer, offer_id)
    need = await uow.get(Need, offer.need_id)
    provider = await uow.get(Provider, offer.provider_id)
    await _rely_on_expert(uow, provider, person_id)
    profile = await profile_of(uow, need, provider)
    search, engagement_id = Search.of(need, working_days(uow, need)), uow.new_id()
    accepted = offers.accept(offer, search, profile, person_id, engagement_id=engagement_id, at=uow.now())
    if not await agreed_to_share(uow, need.client_id):
        raise ConsentIsMissing
    offer = uow.save(*accepted)
    await call_off_offer(uow, offer)
    need = uow.save(*needs.fill(need, engagement_id=engagement_id, provider_id=provider.id))
    provider = uow.save(*providers.book(provider, engagement_id, need.days, search.free_days(provider)))
    begins: date = provider.bookings[-1].days[0]
    uow.save(
        *engagements.start(
            need,
            engagement_id=engagement_id,
            provider_id=provider.id,
            person_id=person_id,
            starts_on=begins,
            at=uow.now(),
        )
    )
    await end_offers(uow, need)
    return offer


async def _rely_on_expert(uow: UnitOfWork, provider: Provider, person_id: UUID) -> None:
    """Of an acceptance and a retirement or withdrawal at the same moment, one is refused.

    Called before the rules are applied: what changes after this makes the commit fail, what changed before is seen.
    """
    for expert in await uow.all(Expert, provider_id=provider.id, person_id=person_id):
        await uow.read(Expert, expert.id)
    for competence in await uow.all(Competence, provider_id=provider.id, person_id=person_id):
        await uow.read(Competence, competence.id)


async def cancel_engagement(uow: UnitOfWork, engagement_id: UUID, reason_code: str) -> Engagement:
    """The work is given up: the days are free again, and another is asked if the client still agrees."""
    engagement = await uow.get(Engagement, engagement_id)
    need = await uow.get(Need, engagement.need_id)
    # Its assessment approved, or the consent ended, at this very moment: whoever comes second sees the other.
    await uow.alone_on(need.id, need.client_id)
    engagement = uow.save(
        *engagements.cancel(
            engagement,
            reason_code,
            assessment_approved=await assessment_approved(uow, engagement),
            on=uow.today(),
            at=uow.now(),
        )
    )
    uow.save(*providers.release(await uow.get(Provider, engagement.provider_id), engagement.id))
    if await agreed_to_share(uow, need.client_id):
        await offer_next(uow, uow.save(*needs.reopen(need)))
    else:
        uow.save(*needs.abandon(need, CONSENT_ENDED))
    return engagement


async def approve_report(uow: UnitOfWork, report_id: UUID) -> WorkReport:
    """Agree with the work reported; a final report completes the engagement and frees the provider's days."""
    report = await uow.get(WorkReport, report_id)
    engagement = await uow.get(Engagement, report.engagement_id)
    await uow.alone_on(engagement.id)  # a report that comes in at this moment is seen, or sees the end
    report = uow.save(
        *work_reports.approve(
            report,
            engagement,
            await uow.all(WorkReport, engagement_id=engagement.id),
            assessment_approved=await assessment_approved(uow, engagement),
            at=uow.now(),
        )
    )
    if report.final:
        days = work_reports.approved_days(await uow.all(WorkReport, engagement_id=engagement.id))
        uow.save(*engagements.complete(engagement, days, on=uow.today(), at=uow.now()))
        uow.save(*providers.release(await uow.get(Provider, engagement.provider_id), engagement.id))
    return report


async def return_report(uow: UnitOfWork, report_id: UUID, reason_code: str) -> WorkReport:
    """Ask the provider for a correction, and tell it."""
    pack_of(uow).check_reason("return_report", reason_code)
    report = await uow.get(WorkReport, report_id)
    engagement = await uow.read(Engagement, report.engagement_id)
    report = uow.save(*work_reports.return_report(report, engagement, reason_code, at=uow.now()))
    await tell_of_return(uow, report, await uow.read(Provider, report.provider_id), reason_code)
    return report


async def assessment_approved(uow: UnitOfWork, engagement: Engagement) -> bool:
    """Whether the reviewer has approved the assessment of an engagement's need."""
    return await uow.find(ApprovedAssessment, need_id=engagement.need_id) is not None


def sha256(code: str) -> str:
    """What is kept of the code in a link."""
    return hashlib.sha256(code.encode()).hexdigest()
