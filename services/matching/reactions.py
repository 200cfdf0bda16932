"""What matching does when clients ask or withdraw, when work is approved, and when certificates come and go."""

from dataclasses import replace
from uuid import UUID

from chassis.consumer import Reactions
from chassis.unit_of_work import UnitOfWork
from contracts.assessments import AssessmentApproved
from contracts.clients import (
    ConsentExpired,
    ConsentGiven,
    ConsentWithdrawn,
    ServiceRequestCancelAsked,
    ServiceRequestSubmitted,
)
from contracts.training import CertificateExpired, CertificateIssued, CertificateRevoked
from services.matching.domain.competences import Competence, HeldCertificate, withdraw
from services.matching.domain.engagements import Engagement
from services.matching.domain.needs import SHARE_WITH_PROVIDERS, Job, Need
from services.matching.domain.providers import Provider
from services.matching.models import Agreement, ApprovedAssessment, EndedAgreement
from services.matching.notices import tell_of_lapse
from services.matching.queries import agreed_to_share, questioned
from services.matching.use_cases import (
    ASSESSMENT_APPROVED,
    CANCEL_ASKED,
    CERTIFICATE_REVOKED,
    CONSENT_ENDED,
    cancel_need,
    grant_by_certificate,
    open_need,
)

# A reaction also notes the fact it acts on: the projection of the same event may be behind, and a use case that
# begins after the reaction must not overlook it.
reactions = Reactions()


@reactions.on(ServiceRequestSubmitted)
async def open_need_of_request(event: ServiceRequestSubmitted, uow: UnitOfWork) -> None:
    job = Job(
        request_id=event.request_id,
        client_id=event.client_id,
        site_id=event.site_id,
        kind=event.kind,
        programme_code=event.programme_code,
        isic=event.isic,
        country=event.country,
        province=event.province,
        language=event.language,
        starts_on=event.wanted_from,
        ends_on=event.wanted_until,
        days=event.days,
    )
    await open_need(uow, job)


@reactions.on(ServiceRequestCancelAsked)
async def cancel_need_of_request(event: ServiceRequestCancelAsked, uow: UnitOfWork) -> None:
    """An acceptance that came first stands: the engagement it began has told of itself."""
    for need in await uow.all(Need, request_id=event.request_id):
        await _cancel_if_unfilled(uow, need.id, CANCEL_ASKED)


@reactions.on(ConsentGiven)
async def note_agreement(event: ConsentGiven, uow: UnitOfWork) -> None:
    if event.purpose == SHARE_WITH_PROVIDERS:
        uow.put(Agreement(event.consent_id, event.client_id, event.until))


@reactions.on(ConsentWithdrawn, ConsentExpired)
async def end_search_without_consent(event: ConsentWithdrawn | ConsentExpired, uow: UnitOfWork) -> None:
    """Nobody else hears of the client's requests; a running engagement goes on."""
    if event.purpose != SHARE_WITH_PROVIDERS:
        return
    await uow.alone_on(event.client_id)  # a need that is opened at this moment is seen, or sees the end
    uow.put(EndedAgreement(event.consent_id))
    if await agreed_to_share(uow, event.client_id, but=event.consent_id):
        return
    for need in await uow.all(Need, client_id=event.client_id):
        await _cancel_if_unfilled(uow, need.id, CONSENT_ENDED)


@reactions.on(AssessmentApproved)
async def settle_approved_assessment(event: AssessmentApproved, uow: UnitOfWork) -> None:
    """The final report may pass; if the engagement was cancelled at the same time, nobody is sought any more."""
    if event.need_id is None:
        return
    await uow.alone_on(event.need_id)  # an engagement that is cancelled at this moment is seen, or sees the approval
    uow.put(ApprovedAssessment(event.need_id, event.assessment_id))
    if await uow.all(Engagement, need_id=event.need_id):
        await _cancel_if_unfilled(uow, event.need_id, ASSESSMENT_APPROVED)


@reactions.on(CertificateIssued)
async def grant_certified_competences(event: CertificateIssued, uow: UnitOfWork) -> None:
    if not event.competences:
        return
    await uow.alone_on(event.person_id)
    certificate = HeldCertificate(
        certificate_id=event.certificate_id,
        person_id=event.person_id,
        provider_id=event.provider_id,
        competences=event.competences,
        issued_on=event.issued_on,
        valid_until=event.valid_until,
    )
    uow.put(certificate)
    await grant_by_certificate(uow, certificate)


@reactions.on(CertificateRevoked)
async def withdraw_certified_competences(event: CertificateRevoked, uow: UnitOfWork) -> None:
    await uow.alone_on(event.person_id)
    certificate = await uow.find(HeldCertificate, certificate_id=event.certificate_id)
    if certificate is None:
        return
    uow.put(replace(certificate, is_revoked=True))
    granted = await uow.all(Competence, certificate_id=event.certificate_id, status="granted")
    for each in granted:
        uow.save(*withdraw(await uow.get(Competence, each.id), CERTIFICATE_REVOKED))
    await _question_offers(uow, granted)


@reactions.on(CertificateExpired)
async def question_offers_of_expired(event: CertificateExpired, uow: UnitOfWork) -> None:
    """Nothing stored changes, as validity follows from the dates; but what rests on it wants a second look."""
    await _question_offers(uow, await uow.all(Competence, certificate_id=event.certificate_id, status="granted"))


async def _question_offers(uow: UnitOfWork, lost: list[Competence]) -> None:
    """Tell the officers of the open offers whose provider no longer holds what they need."""
    for provider_id in {each.provider_id for each in lost}:
        provider = await uow.read(Provider, provider_id)
        for offer, need, missing in await questioned(uow, provider_id):
            await tell_of_lapse(uow, offer, need, provider, missing)


async def _cancel_if_unfilled(uow: UnitOfWork, need_id: UUID, reason_code: str) -> None:
    need = await uow.get(Need, need_id)
    if need.status in ("open", "unmet"):
        await cancel_need(uow, need, reason_code)
