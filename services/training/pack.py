"""What a country decides about training: competences courses may give, deadlines of seats, and reasons."""

from datetime import datetime, timedelta
from typing import Literal, Self, get_args

from pydantic import Field, model_validator

from chassis.pack import Calendar, Section
from contracts.refusals import Refusal
from contracts.values import Code, CompetenceNeeded

Decision = Literal["cancel_session", "cancel_enrolment", "fail_participant", "revoke_certificate"]


class ReasonIsUnknown(Refusal):
    status = 422
    sentence = "{reason_code} is no reason to {decision}; known are {known}."


class CompetenceIsUnknown(Refusal):
    status = 422
    sentence = "No course gives the competence {code} here; known are {known}."


class SeatOffers(Section):
    """How long a freed seat is kept for an answer: business days of the calendar, or plain hours."""

    deadline_business_days: int | None = Field(default=None, ge=1, le=60)
    deadline_hours: int | None = Field(default=None, ge=1, le=1_000)

    def deadline(self, calendar: Calendar, at: datetime) -> datetime:
        """When an answer to a seat offered now is due."""
        if self.deadline_business_days is not None:
            return calendar.deadline(at, self.deadline_business_days)
        return at + timedelta(hours=self.deadline_hours or 0)

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.deadline_business_days is None) == (self.deadline_hours is None):
            raise ValueError("give the deadline either in business days or in hours")
        return self


class TrainingPack(Section):
    """The section `training.toml`."""

    competences: tuple[Code, ...] = Field(min_length=1, description="those of matching that courses may give")
    seat_offers: SeatOffers
    evaluator_apart: bool = Field(description="whether evaluators of a course are none of its trainers, unless it says")
    reasons: dict[Decision, tuple[Code, ...]]

    def check_reason(self, decision: Decision, reason_code: str) -> None:
        """Refuse a reason that the pack does not list for a decision."""
        known = self.reasons[decision]
        if reason_code not in known:
            raise ReasonIsUnknown(reason_code=reason_code, decision=decision.replace("_", " "), known=", ".join(known))

    def check_competences(self, given: tuple[CompetenceNeeded, ...]) -> None:
        """Refuse a competence that no course may give."""
        for each in given:
            if each.code not in self.competences:
                raise CompetenceIsUnknown(code=each.code, known=", ".join(self.competences))

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if silent := [decision for decision in get_args(Decision) if not self.reasons.get(decision)]:
            raise ValueError(f"no reasons are listed for {', '.join(silent)}")
        return self
