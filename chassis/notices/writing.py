"""Writing a notice in the unit of work that makes the fact, and calling it off while it is unsent."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid5

from chassis.clock import wall_now
from chassis.notices.kinds import NoticeKind, Value
from chassis.notices.records import UNSENT, Notice, settled
from chassis.notices.settings import Channel
from chassis.notices.wording import language_of, wording_of
from chassis.unit_of_work import UnitOfWork

UNDER_WAY = "called off while it was being sent: it may have arrived"


@dataclass(frozen=True, slots=True)
class Recipient:
    """Whom a notice is for: a person, firm or mailbox by its id, how it is reached, its languages, best first."""

    id: UUID
    email: str | None = None
    phone: str | None = None
    languages: tuple[str, ...] = ()


async def notify(
    uow: UnitOfWork,
    kind: NoticeKind,
    to: Recipient,
    /,
    *,
    cause: UUID,
    occasion: int = 0,
    due_at: datetime | None = None,
    **values: Value,
) -> Notice | None:
    """Tell somebody of a fact, by mail or else by SMS, once this unit is committed or later in business time.

    One kind, cause and recipient give one notice ever (`occasion` is the cause's version where the same can happen to
    it again). None if it was written before, or if there is no way to reach them."""
    if set(values) != set(kind.variables):
        raise TypeError(f"{kind.name} is told with {', '.join(kind.variables)}")
    id, (channel, address) = notice_id(kind.name, to.id, cause, occasion), _way(to)
    if not address or await uow.all(Notice, id=id):
        return None
    language = language_of(uow.pack, to.languages)
    subject, text = wording_of(uow.pack, language).of(kind, channel, values)
    return uow.keep(
        Notice(
            id=id,
            kind=kind.name,
            cause=cause,
            recipient=to.id,
            channel=channel,
            address=address,
            language=language,
            subject=subject,
            text=text,
            due_at=due_at or uow.now(),
            made_at=wall_now(),
            next_attempt_at=wall_now(),
            correlation_id=uow.cause.correlation_id,
        )
    )


async def call_off(uow: UnitOfWork, cause: UUID, *kinds: NoticeKind) -> None:
    """What is still unsent of these kinds about this cause has become pointless: it is not sent any more.

    If its sender takes it at the same moment, this unit runs again and sees that.
    """
    names = {kind.name for kind in kinds}
    for notice in await uow.all(Notice, cause=cause):
        if notice.kind in names and notice.state in UNSENT:
            doubt = UNDER_WAY if notice.state == "sending" else None
            uow.keep(settled(notice, "called_off", wall_now(), doubt))


def notice_id(kind: str, recipient: UUID, cause: UUID, occasion: int) -> UUID:
    """The same for whatever is the same notice, so that its second row has no place."""
    return uuid5(cause, f"{kind}/{recipient}/{occasion}")


def _way(to: Recipient) -> tuple[Channel, str]:
    """Mail goes before SMS; an empty address where there is no way."""
    return ("mail", to.email) if to.email else ("sms", to.phone or "")
