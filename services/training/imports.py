"""Long work of training: the certificates of a whole session."""

from contextlib import suppress
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from chassis.imports.runs import CHUNK, side_by_side
from chassis.jobs import Jobs, Working
from services.training.domain.certificates import CertificateIsIssued, HasNotPassed
from services.training.models import enrolments
from services.training.queries import without_certificate
from services.training.use_cases import issue_certificate

jobs = Jobs()
CERTIFICATE_JOB = "certificate_job"


@jobs.kind(CERTIFICATE_JOB)
async def issue_certificates(working: Working) -> dict[str, Any]:
    """Issue what a session's people lack. What remains is read from the certificates themselves, so that a kill, a
    repetition or a trainer who issues some by hand neither doubles nor leaves one out."""
    session_id = UUID(working.job.input["session_id"])
    fetch = working.ground.store.fetch
    missing = [row[0] for row in await fetch(without_certificate(session_id), heavy=True)]
    passed = sa.select(sa.func.count()).where(
        enrolments.table.c.session_id == session_id, enrolments.table.c.status == "passed"
    )
    total = (await fetch(passed))[0][0]
    result = {"there_before": working.job.result.get("there_before", total - len(missing))}
    done = total - len(missing)
    await working.advance(done, total=total, result=result)
    for start in range(0, len(missing), CHUNK):
        chunk = missing[start : start + CHUNK]
        await side_by_side(_issue(working, each) for each in chunk)
        done += len(chunk)
        await working.advance(done)
    return result


async def _issue(working: Working, enrolment_id: UUID) -> None:
    # Where somebody was quicker, or has corrected the result meanwhile, nothing is left to do.
    with suppress(CertificateIsIssued, HasNotPassed):
        await working.unit(lambda uow: issue_certificate(uow, enrolment_id))
