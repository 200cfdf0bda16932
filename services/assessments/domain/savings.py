"""Saving lines: one per option and stage it has reached, for those who only want the figures."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal
from uuid import UUID

from contracts.assessments import (
    OptionApproved,
    OptionChanged,
    OptionIdentified,
    OptionImplemented,
    OptionVerified,
)
from contracts.values import Money, Stream
from services.assessments.domain.measurements import Verdict
from services.assessments.domain.options import Option

Stage = Literal["identified", "approved", "implemented", "verified"]
StageReached = OptionIdentified | OptionChanged | OptionApproved | OptionImplemented | OptionVerified


@dataclass(frozen=True, slots=True)
class SavingLine:
    """The figures of an option at one stage; nothing of an earlier stage is ever counted in a later one."""

    id: UUID
    option_id: UUID
    assessment_id: UUID
    client_id: UUID
    stage: Stage
    occurred_on: date
    recorded_at: datetime
    streams: tuple[Stream, ...]
    investment: Money | None = None
    annual_saving: Money | None = None
    reported_by_role: str | None = None
    verification_id: UUID | None = None


def line(option: Option, event: StageReached, *, line_id: UUID, at: datetime) -> SavingLine | None:
    """The line an event adds; a measurement that demonstrates no saving adds none."""
    stage = _stage(event)
    if stage is None:
        return None
    known = event if not isinstance(event, OptionApproved) else None
    return SavingLine(
        id=line_id,
        option_id=option.id,
        assessment_id=option.assessment_id,
        client_id=option.client_id,
        stage=stage,
        occurred_on=event.occurred_on,
        recorded_at=at,
        streams=event.streams,
        investment=known.investment if known else option.proposal.investment,
        annual_saving=known.annual_saving if known else option.proposal.annual_saving,
        reported_by_role=event.reported_by_role if isinstance(event, OptionImplemented) else None,
        verification_id=event.verification_id if isinstance(event, OptionVerified) else None,
    )


def _stage(event: StageReached) -> Stage | None:
    match event:
        case OptionVerified():
            return "verified" if event.verdict == Verdict.DEMONSTRATED else None
        case OptionImplemented():
            return "implemented"
        case OptionApproved():
            return "approved"
        case _:
            return "identified"
