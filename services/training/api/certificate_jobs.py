"""Certificate jobs: the certificates of a whole session, issued as a job."""

from uuid import UUID

from chassis import jobs
from chassis.auth import allow
from chassis.http import problems
from chassis.jobs import Job, JobCancel
from chassis.route import Routes, Uow
from contracts.principals import Trainer
from contracts.refusals import NotFound
from services.training.domain.sessions import Session
from services.training.schemas.results import CERTIFICATE_JOB, CertificateJobOut, IssueCertificates

routes = Routes("/v1/certificate-jobs")


@routes.post("", dependencies=allow(Trainer), responses=problems(NotFound))
async def issue_certificates(body: IssueCertificates, uow: Uow) -> CertificateJobOut:
    """Issue the certificates of all who passed and never had one; asked again it issues none twice."""
    session = await uow.read(Session, body.session_id)
    return await _shown(uow, jobs.ask(uow, CERTIFICATE_JOB, input={"session_id": str(session.id)}, files={}))


@routes.get("/{job_id}", dependencies=allow(Trainer))
async def read_certificate_job(job_id: UUID, uow: Uow) -> CertificateJobOut:
    """How far it has come."""
    return await _shown(uow, await _found(uow, job_id))


@routes.post("/{job_id}/cancel", dependencies=allow(Trainer), responses=problems(jobs.JobHasEnded))
async def cancel_certificate_job(job_id: UUID, uow: Uow) -> CertificateJobOut:
    """Stop it at its next step; the certificates it has issued stand."""
    job = await _found(uow, job_id)
    jobs.cancel(uow, job)
    return await _shown(uow, job)


async def _found(uow: Uow, job_id: UUID) -> Job:
    """A job of this kind, whichever trainer asked for it."""
    job = await uow.find(Job, job_id=job_id)
    if job is None or job.kind != CERTIFICATE_JOB:
        raise NotFound(thing="certificate job", id=str(job_id))
    return job


async def _shown(uow: Uow, job: Job) -> CertificateJobOut:
    return CertificateJobOut.of(job, cancel_asked=await uow.find(JobCancel, job_id=job.job_id) is not None)
