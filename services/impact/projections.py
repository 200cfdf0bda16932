"""What others tell becomes rows to add up: companies, requests, assessments, engagements, options, training."""

import dataclasses
from dataclasses import replace
from decimal import Decimal
from typing import cast

from chassis.consumer import Projections, View
from contracts.assessments import (
    AssessmentApproved,
    AssessmentOpened,
    OptionApproved,
    OptionChanged,
    OptionIdentified,
    OptionImplemented,
    OptionPostponed,
    OptionRefused,
    OptionVerified,
)
from contracts.clients import ClientChanged, ClientRegistered, ServiceRequestSubmitted, SiteChanged, SiteOpened
from contracts.matching import EngagementCompleted, EngagementStarted
from contracts.training import (
    AttendanceRecorded,
    CertificateExpired,
    CertificateIssued,
    CertificateRevoked,
    SessionChanged,
    SessionCompleted,
    SessionScheduled,
)
from services.impact.domain.figures import Figures, attributed, figures, measured, restated, shares_of
from services.impact.domain.places import Place, division_of, key_of, places_of
from services.impact.models import (
    Assessment,
    Attendance,
    Certificate,
    Client,
    Engagement,
    Line,
    Option,
    Registered,
    Request,
    Session,
    Site,
)

projections = Projections(
    Client, Registered, Site, Request, Assessment, Engagement, Option, Line, Session, Attendance, Certificate
)
OptionEvent = (
    OptionIdentified
    | OptionChanged
    | OptionApproved
    | OptionRefused
    | OptionPostponed
    | OptionImplemented
    | OptionVerified
)


@projections.on(ClientRegistered, ClientChanged)
async def know_client(event: ClientRegistered | ClientChanged, view: View) -> None:
    before: Client | None = await view.find(Client, client_id=event.client_id)
    division = division_of(event.isic.code if event.isic else None)
    known = before or Client(event.client_id, event.country, event.province, division, view.day.year)
    after = replace(known, country=event.country, province=event.province, isic_division=division)
    await _recount(before, after, view)


@projections.on(SiteOpened, SiteChanged)
async def know_site(event: SiteOpened | SiteChanged, view: View) -> None:
    view.put(Site(event.site_id, event.client_id, event.country, event.province))
    client: Client | None = await view.find(Client, client_id=event.client_id)
    if client is not None:
        place = Place(event.country, event.province)
        await _recount(client, replace(client, sites={**client.sites, str(event.site_id): place}), view)


async def _recount(before: Client | None, after: Client, view: View) -> None:
    """Keep a company, and count it where it now is; its own thread alone decides which counts it ever touches."""
    view.put(after)
    for client, step in ((before, -1), (after, +1)):
        if client is None:
            continue
        places = key_of(places_of(Place(client.country, client.province), client.sites))
        count: Registered | None = await view.find(Registered, places=places, year=client.year)
        view.put(Registered(places, client.year, (count.clients if count else 0) + step))


@projections.on(ServiceRequestSubmitted)
async def note_request(event: ServiceRequestSubmitted, view: View) -> None:
    programme = event.programme_code or ""
    view.put(Request(event.request_id, event.client_id, event.site_id, programme, view.day.year))


@projections.on(AssessmentOpened)
async def open_assessment(event: AssessmentOpened, view: View) -> None:
    view.put(Assessment(event.assessment_id, event.client_id, event.site_id, event.programme_code or ""))


@projections.on(AssessmentApproved)
async def count_assessment(event: AssessmentApproved, view: View) -> None:
    assessment = await view.find(Assessment, assessment_id=event.assessment_id)
    if assessment is not None:
        view.put(replace(assessment, year=event.occurred_on.year))


@projections.on(EngagementStarted)
async def start_engagement(event: EngagementStarted, view: View) -> None:
    view.put(Engagement(event.engagement_id, event.client_id, event.site_id, event.programme_code or ""))


@projections.on(EngagementCompleted)
async def count_engagement(event: EngagementCompleted, view: View) -> None:
    engagement = await view.find(Engagement, engagement_id=event.engagement_id)
    if engagement is not None:
        view.put(replace(engagement, year=event.occurred_on.year, days=event.days))


@projections.on(OptionIdentified, OptionChanged)
async def identify(event: OptionIdentified | OptionChanged, view: View) -> None:
    option: Option | None = await view.find(Option, option_id=event.option_id)
    if option is not None and option.status != "identified":
        return
    estimated = figures(event.investment, event.annual_saving, event.streams)
    await _enter("identified", event, option, estimated, view)


@projections.on(OptionApproved)
async def approve(event: OptionApproved, view: View) -> None:
    await _go_on("approved", event, view)


@projections.on(OptionPostponed)
async def postpone(event: OptionPostponed, view: View) -> None:
    await _go_on("pending", event, view)


@projections.on(OptionRefused)
async def refuse(event: OptionRefused, view: View) -> None:
    await _go_on("refused", event, view)


async def _go_on(stage: str, event: OptionEvent, view: View) -> None:
    """A decision leaves the figures as they are."""
    option: Option | None = await view.find(Option, option_id=event.option_id)
    if option is not None:
        await _enter(stage, event, option, option.figures, view)


@projections.on(OptionImplemented)
async def implement(event: OptionImplemented, view: View) -> None:
    option: Option | None = await view.find(Option, option_id=event.option_id)
    if option is not None:
        stated = figures(event.investment, event.annual_saving, event.streams)
        now = restated(option.figures, stated, saved=bool(event.streams))
        await _enter("implemented", event, option, now, view, method=event.reported_by_role)


@projections.on(OptionVerified)
async def verify(event: OptionVerified, view: View) -> None:
    """Only a demonstrated saving moves the option on; any other verdict stands beside what is implemented."""
    option: Option | None = await view.find(Option, option_id=event.option_id)
    if option is None:
        return
    if event.verdict == "demonstrated":
        shown = measured(option.figures, figures(event.investment, event.annual_saving, event.streams))
        await _enter("verified", event, option, shown, view, verdict=event.verdict, method=event.method)
        return
    for programme in option.programmes:
        view.put(replace(await _line(option, programme, view), verdict=event.verdict, method=event.method))


async def _enter(
    stage: str,
    event: OptionEvent,
    option: Option | None,
    now: Figures,
    view: View,
    *,
    verdict: str | None = None,
    method: str | None = None,
) -> None:
    """The option stands at a stage: its lines there are current, those it comes from no longer."""
    shares = await _shares(event, option, view)
    parts = attributed(now, shares)
    came_from = option.status if option and option.status != stage else None
    if option is not None:
        await _leave(option, stage, view)
    for programme, part in parts.items():
        view.put(
            Line(
                option_id=event.option_id,
                stage=stage,
                programme_code=programme,
                client_id=event.client_id,
                site_id=event.site_id,
                year=event.occurred_on.year,
                came_from=came_from,
                is_current=True,
                counts=True,
                verdict=verdict,
                method=method,
                **dataclasses.asdict(part),
            )
        )
    view.put(Option(event.option_id, stage, shares, tuple(parts), now))


async def _shares(event: OptionEvent, option: Option | None, view: View) -> dict[str, Decimal]:
    """Who claims it: as stated; unstated as before, and from the beginning the programme of its assessment."""
    if option is not None and not event.programme_shares and not isinstance(event, OptionChanged):
        return option.shares
    assessment: Assessment | None = await view.find(Assessment, assessment_id=event.assessment_id)
    return shares_of(event.programme_shares, assessment.programme_code if assessment else None)


async def _leave(option: Option, stage: str, view: View) -> None:
    """The lines where it stood stay as what it reached; at the same stage they are stated anew and count no more."""
    for programme in option.programmes:
        line = await _line(option, programme, view)
        view.put(replace(line, is_current=False, counts=option.status != stage))


async def _line(option: Option, programme: str, view: View) -> Line:
    key = {"option_id": option.option_id, "stage": option.status, "programme_code": programme}
    return cast(Line, await view.find(Line, **key))


@projections.on(SessionScheduled, SessionChanged)
async def know_session(event: SessionScheduled | SessionChanged, view: View) -> None:
    before: Session | None = await view.find(Session, session_id=event.session_id)
    facts = (event.programme_code or "", event.country, event.province, event.ends_on.year)
    view.put(Session(event.session_id, *facts, is_held=before is not None and before.is_held))


@projections.on(SessionCompleted)
async def count_session(event: SessionCompleted, view: View) -> None:
    session = await view.find(Session, session_id=event.session_id)
    if session is not None:
        view.put(replace(session, is_held=True))


@projections.on(AttendanceRecorded)
async def count_attendance(event: AttendanceRecorded, view: View) -> None:
    """What was recorded last stands: an attendance may be corrected."""
    view.put(Attendance(event.enrolment_id, event.session_id, event.person_id, event.attended, event.sex))


@projections.on(CertificateIssued)
async def count_certificate(event: CertificateIssued, view: View) -> None:
    thread = (event.certificate_id, event.session_id, event.person_id)
    view.put(Certificate(*thread, event.issued_on.year, "valid"))


@projections.on(CertificateRevoked)
async def note_revoked(event: CertificateRevoked, view: View) -> None:
    await _end_certificate(event, "revoked", view)


@projections.on(CertificateExpired)
async def note_expired(event: CertificateExpired, view: View) -> None:
    await _end_certificate(event, "expired", view)


async def _end_certificate(event: CertificateRevoked | CertificateExpired, state: str, view: View) -> None:
    """What was told last of it stands."""
    certificate: Certificate | None = await view.find(Certificate, certificate_id=event.certificate_id)
    if certificate is not None:
        view.put(replace(certificate, state=state))
