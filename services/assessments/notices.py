"""What the centre's verifiers are told: that an option can be verified."""

from uuid import NAMESPACE_URL, uuid5

from chassis.imports.notices import IMPORT_FINISHED
from chassis.notices.kinds import NoticeKind
from chassis.notices.writing import Recipient, notify
from chassis.unit_of_work import UnitOfWork
from services.assessments.domain.options import Option

OPTION_TO_VERIFY = NoticeKind("option_to_verify", ("measure", "implemented_on", "option", "assessment", "address"))
notices = (OPTION_TO_VERIFY, IMPORT_FINISHED)
VERIFIERS = uuid5(NAMESPACE_URL, "openrecp:mailbox:verifiers")
"""The mailbox of those who verify is one recipient, whatever its address."""


async def tell_verifiers(uow: UnitOfWork, option: Option) -> None:
    """An option is implemented, as somebody states: it waits for a measurement. Where the deployment names no mailbox
    of verifiers, nobody is told."""
    to = Recipient(VERIFIERS, email=uow.ground.notices.verifiers)
    await notify(
        uow,
        OPTION_TO_VERIFY,
        to,
        cause=option.id,
        measure=option.proposal.title,
        implemented_on=option.occurred_on,
        option=str(option.id),
        assessment=str(option.assessment_id),
        address=uow.ground.notices.address,
    )
