"""What matching keeps of its neighbours: sectors and places of clients, agreements to share, approved assessments."""

import dataclasses

from chassis.consumer import Projections, View
from contracts.assessments import AssessmentApproved
from contracts.clients import (
    ClientChanged,
    ClientRegistered,
    ConsentExpired,
    ConsentGiven,
    ConsentWithdrawn,
    SiteChanged,
    SiteClosed,
    SiteOpened,
)
from services.matching.domain.needs import SHARE_WITH_PROVIDERS
from services.matching.models import Agreement, ApprovedAssessment, EndedAgreement, KnownClient, KnownSite

projections = Projections(KnownClient, KnownSite, Agreement, EndedAgreement, ApprovedAssessment)


@projections.on(ClientRegistered, ClientChanged)
async def keep_client(event: ClientRegistered | ClientChanged, view: View) -> None:
    view.put(KnownClient(event.client_id, event.isic))


@projections.on(SiteOpened, SiteChanged)
async def keep_site(event: SiteOpened | SiteChanged, view: View) -> None:
    view.put(KnownSite(event.site_id, event.client_id, event.country, event.province, is_open=True))


@projections.on(SiteClosed)
async def close_site(event: SiteClosed, view: View) -> None:
    site = await view.find(KnownSite, site_id=event.site_id)
    if site is not None:
        view.put(dataclasses.replace(site, is_open=False))


@projections.on(ConsentGiven)
async def keep_agreement(event: ConsentGiven, view: View) -> None:
    if event.purpose == SHARE_WITH_PROVIDERS:
        view.put(Agreement(event.consent_id, event.client_id, event.until))


@projections.on(ConsentWithdrawn, ConsentExpired)
async def end_agreement(event: ConsentWithdrawn | ConsentExpired, view: View) -> None:
    if event.purpose == SHARE_WITH_PROVIDERS:
        view.put(EndedAgreement(event.consent_id))


@projections.on(AssessmentApproved)
async def keep_approval(event: AssessmentApproved, view: View) -> None:
    if event.need_id is not None:
        view.put(ApprovedAssessment(event.need_id, event.assessment_id))
