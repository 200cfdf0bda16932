"""Telling whoever asked for it that an import has ended, in the transaction that ends it."""

from dataclasses import replace

import sqlalchemy as sa

from chassis.imports.runs import ALREADY_THERE, REFUSED, REGISTERED
from chassis.jobs import ENDED, Job, job_files
from chassis.notices.kinds import NoticeKind, Word
from chassis.notices.writing import Recipient, notify
from chassis.unit_of_work import UnitOfWork

IMPORT_FINISHED = NoticeKind(
    "import_finished",
    ("file", "outcome", REGISTERED, ALREADY_THERE, REFUSED, "import_id", "address"),
    words=ENDED,
)


async def tell_of_end(uow: UnitOfWork, job: Job) -> None:
    """A notice to the address given with the import, if one was; the job forgets it."""
    email = job.input.get("notify")
    if email is None:
        return
    uow.put(replace(job, input={name: value for name, value in job.input.items() if name != "notify"}))
    names = await uow.fetch(sa.select(job_files.table.c.name).where(job_files.table.c.job_id == job.job_id))
    files = [str(job.input.get(name) or name) for (name,) in sorted(names)]
    counts = [each.get("counts", {}) for each in job.result.get("files", {}).values()]
    await notify(
        uow,
        IMPORT_FINISHED,
        Recipient(job.asked_by, email=email),
        cause=job.job_id,
        file=", ".join(files),
        outcome=Word(job.state),
        import_id=str(job.job_id),
        address=uow.ground.notices.address,
        **{name: sum(each.get(name, 0) for each in counts) for name in (REGISTERED, ALREADY_THERE, REFUSED)},
    )
