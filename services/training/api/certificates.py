"""Certificates: issued to who passed, revoked with a reason, shown as a QR code."""

import io
from typing import Any
from uuid import UUID

import segno
from fastapi import Response

from chassis.auth import allow
from chassis.http import Cursor, Limit, Page, problems
from chassis.paging import equal, page_of
from chassis.route import Routes, Uow
from contracts.principals import Officer, Provider, Trainer
from services.training import use_cases
from services.training.domain.certificates import (
    Certificate,
    CertificateHasEnded,
    CertificateIsIssued,
    CertificateStatus,
    HasNotPassed,
)
from services.training.pack import ReasonIsUnknown
from services.training.schemas.fields import Reason
from services.training.schemas.results import CertificateOut, IssueCertificate, check_address

routes = Routes("/v1/certificates")
READERS = (Trainer, Officer, Provider)
QR_HEADERS = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox"}
QR: dict[int | str, Any] = {
    200: {"description": "A picture.", "content": {"image/svg+xml": {"schema": {"type": "string"}}}}
}


@routes.get("", dependencies=allow(*READERS))
async def list_certificates(
    uow: Uow,
    session_id: UUID | None = None,
    person_id: UUID | None = None,
    provider_id: UUID | None = None,
    status: CertificateStatus | None = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[CertificateOut]:
    """The certificates you may see."""
    wanted = equal(Certificate, session_id=session_id, person_id=person_id, provider_id=provider_id, status=status)
    found, more = await page_of(uow, Certificate, *wanted, cursor=cursor, limit=limit)
    return Page(items=[_shown(uow, each) for each in found], next=more)


@routes.post("", dependencies=allow(Trainer), responses=problems(HasNotPassed, CertificateIsIssued))
async def issue_certificate(body: IssueCertificate, uow: Uow) -> CertificateOut:
    """Issue the certificate of somebody who passed, under a code by which anybody can check it.

    Where one was revoked by mistake or for a mistake another may be issued, under a code of its own.
    """
    return _shown(uow, await use_cases.issue_certificate(uow, body.enrolment_id))


@routes.get("/{certificate_id}", dependencies=allow(*READERS))
async def read_certificate(certificate_id: UUID, uow: Uow) -> CertificateOut:
    """One certificate with its context."""
    return _shown(uow, await uow.read(Certificate, certificate_id))


@routes.post(
    "/{certificate_id}/revoke",
    dependencies=allow(Trainer, Officer),
    responses=problems(CertificateHasEnded, ReasonIsUnknown),
)
async def revoke_certificate(certificate_id: UUID, body: Reason, uow: Uow) -> CertificateOut:
    """Take it back for good: whoever checks it is told, its competences are withdrawn."""
    return _shown(uow, await use_cases.revoke_certificate(uow, certificate_id, body.reason_code))


@routes.get("/{certificate_id}/qr", dependencies=allow(*READERS), response_class=Response, responses=QR)
async def read_certificate_qr(certificate_id: UUID, uow: Uow) -> Response:
    """The address at which it is checked as a QR code (SVG)."""
    certificate = await uow.read(Certificate, certificate_id)
    drawn = io.BytesIO()
    segno.make_qr(check_address(certificate, uow.ground.notices.address), error="m").save(drawn, kind="svg", scale=4)
    return Response(drawn.getvalue(), media_type="image/svg+xml", headers=QR_HEADERS)


def _shown(uow: Uow, certificate: Certificate) -> CertificateOut:
    return CertificateOut.of(certificate, uow.ground.notices.address)
