"""Competences: what an expert may be sent to do, at which level and for how long."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal
from uuid import UUID

from contracts.matching import CompetenceGranted, CompetenceWithdrawn
from contracts.refusals import Refusal
from contracts.values import CompetenceNeeded
from services.matching.domain.experts import Expert, ExpertIsRetired

CompetenceStatus = Literal["granted", "withdrawn"]


class CompetenceEndsBeforeItStarts(Refusal):
    status = 422
    sentence = "A competence valid from {valid_from} cannot end on {valid_until}."


class ProviderIsAmbiguous(Refusal):
    status = 422
    sentence = "This person works for {count} providers: say which by provider_id."


class CompetenceIsWithdrawn(Refusal):
    sentence = "This competence was withdrawn before."


class CompetenceIsGranted(Refusal):
    sentence = "This certificate has already granted the competence {code}."


@dataclass(frozen=True, slots=True)
class Competence:
    """One expert's competence. Whether it is valid on a day follows from its dates and is never stored."""

    id: UUID
    provider_id: UUID
    person_id: UUID
    code: str
    level: int
    valid_from: date
    valid_until: date | None
    evidence: str | None = None
    certificate_id: UUID | None = None
    status: CompetenceStatus = "granted"
    withdrawal_reason: str | None = None
    version: int = 0

    def covers(self, first: date, last: date) -> bool:
        """Whether it is held on every day of a period; both its ends count."""
        return (
            self.status == "granted"
            and self.valid_from <= first
            and (self.valid_until is None or self.valid_until >= last)
        )


@dataclass(frozen=True, slots=True)
class HeldCertificate:
    """A certificate of a training: its holder need not be an expert yet. `provider_id` is who enrolled it, if any."""

    certificate_id: UUID
    person_id: UUID
    provider_id: UUID | None
    competences: tuple[CompetenceNeeded, ...]
    issued_on: date
    valid_until: date | None
    is_revoked: bool = False

    def holder_among(self, active: Sequence[Expert], today: date) -> Expert | None:
        """The expert its competences go to: of the provider named, else of the only one its holder works for."""
        if self.is_revoked or (self.valid_until is not None and self.valid_until < today):
            return None
        fitting = [each for each in active if self.provider_id in (None, each.provider_id)]
        return fitting[0] if len(fitting) == 1 else None

    def gives(self, granted: Collection[str]) -> list[CompetenceNeeded]:
        """What it gives beside these codes, each code once at its highest level."""
        highest = {each.code: each for each in sorted(self.competences, key=lambda each: each.level)}
        return [each for code, each in highest.items() if code not in granted]

    def competence(self, given: CompetenceNeeded, expert: Expert, competence_id: UUID) -> Competence:
        """One of the competences it gives."""
        return Competence(
            id=competence_id,
            provider_id=expert.provider_id,
            person_id=expert.person_id,
            code=given.code,
            level=given.level,
            valid_from=self.issued_on,
            valid_until=self.valid_until,
            certificate_id=self.certificate_id,
        )


def grant(competence: Competence, expert: Expert) -> tuple[Competence, CompetenceGranted]:
    """Record that an active expert holds a competence."""
    if expert.status != "active":
        raise ExpertIsRetired(person_id=str(expert.person_id))
    if competence.valid_until is not None and competence.valid_until < competence.valid_from:
        raise CompetenceEndsBeforeItStarts(
            valid_from=str(competence.valid_from), valid_until=str(competence.valid_until)
        )
    return competence, CompetenceGranted(
        competence_id=competence.id,
        provider_id=competence.provider_id,
        person_id=competence.person_id,
        code=competence.code,
        level=competence.level,
        valid_from=competence.valid_from,
        valid_until=competence.valid_until,
        certificate_id=competence.certificate_id,
    )


def withdraw(competence: Competence, reason_code: str) -> tuple[Competence, CompetenceWithdrawn]:
    """The expert no longer holds it."""
    if competence.status == "withdrawn":
        raise CompetenceIsWithdrawn(reason_code=competence.withdrawal_reason)
    withdrawn = replace(competence, status="withdrawn", withdrawal_reason=reason_code)
    return withdrawn, CompetenceWithdrawn(
        competence_id=competence.id,
        provider_id=competence.provider_id,
        person_id=competence.person_id,
        code=competence.code,
        reason_code=reason_code,
    )


def level_held(competences: Sequence[Competence], first: date, last: date) -> int:
    """The highest level at which one person holds one competence on every day of a period; 0 if on none.

    One validity may follow another without a gap, as when a certificate is renewed.
    """
    level = 0
    for each in competences:
        if each.level > level and each.covers(first, last):
            level = each.level
    return level if len(competences) < 2 else max(level, _level_in_turn(competences, first, last))


def _level_in_turn(competences: Sequence[Competence], first: date, last: date) -> int:
    granted = [each for each in competences if each.status == "granted"]
    for level in sorted({each.level for each in granted}, reverse=True):
        if _leave_no_gap([each for each in granted if each.level >= level], first, last):
            return level
    return 0


def _leave_no_gap(competences: list[Competence], first: date, last: date) -> bool:
    """Whether these, one after the other, leave no day of the period out."""
    uncovered = first
    for each in sorted(competences, key=lambda competence: competence.valid_from):
        if each.valid_from > uncovered:
            return False
        if each.valid_until is None or each.valid_until >= last:
            return True
        uncovered = max(uncovered, each.valid_until + timedelta(days=1))
    return False
