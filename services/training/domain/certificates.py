"""Certificates: what a person who passed may show, and anybody can check."""

from calendar import monthrange
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Literal
from uuid import UUID

from contracts.refusals import Refusal
from contracts.training import CertificateExpired, CertificateIssued, CertificateRevoked
from services.training.domain.courses import Terms
from services.training.domain.enrolments import Enrolment

CertificateStatus = Literal["issued", "revoked", "expired"]
Standing = Literal["valid", "expired", "revoked"]
DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's: no I, L, O or U, so that a code survives being read out and typed in."""
CODE_BITS, CODE_LENGTH, GROUP = 128, 26, 5
LONGEST = 80  # typed with a space or hyphen behind every digit, and some to spare
_AS_MEANT = str.maketrans("OIL", "011", " -")


class CertificateIsIssued(Refusal):
    """It stands or has expired; one that was revoked is followed by another."""

    sentence = "This enrolment has its certificate already."


class HasNotPassed(Refusal):
    sentence = "The enrolment is {status}: a certificate is issued to who passed."


class CertificateHasEnded(Refusal):
    sentence = "The certificate is {status}."


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate with its whole context; `valid_until` is its last day, null = without end, `ends_at` the end of it.

    `holder_name` is what the holder was called when it was issued; `held_from` and `held_until` are the days of the
    session at its venue.
    """

    id: UUID
    session_id: UUID
    enrolment_id: UUID
    course_id: UUID
    person_id: UUID
    holder_name: str
    name_may_be_shown: bool
    terms: Terms
    held_from: date
    held_until: date
    evaluator_id: UUID | None
    check_code: str
    issued_on: date
    valid_until: date | None
    ends_at: datetime | None
    provider_id: UUID | None = None
    client_id: UUID | None = None
    status: CertificateStatus = "issued"
    reason_code: str | None = None
    revoked_on: date | None = None
    version: int = 0


@dataclass(frozen=True, slots=True)
class Holder:
    """What the holder is called, and whether it may be read by anybody who checks the certificate."""

    name: str
    name_may_be_shown: bool


@dataclass(frozen=True, slots=True)
class Validity:
    """From which day to which a certificate holds, and the moment after its last day in the centre's zone."""

    issued_on: date
    valid_until: date | None
    ends_at: datetime | None


def last_day(issued_on: date, months: int | None) -> date | None:
    """The last valid day: the same day so many months later, or that month's last where it has no such day."""
    if months is None:
        return None
    years, month = divmod(issued_on.month - 1 + months, 12)
    year, month = issued_on.year + years, month + 1
    return date(year, month, min(issued_on.day, monthrange(year, month)[1]))


def issue(
    enrolment: Enrolment,
    terms: Terms,
    held: tuple[date, date],
    holder: Holder,
    validity: Validity,
    *,
    certificate_id: UUID,
    check_code: str,
) -> tuple[Certificate, CertificateIssued]:
    """Give who passed a certificate; `held` are the first and last day of the session at its venue."""
    if enrolment.status != "passed":
        raise HasNotPassed(status=enrolment.status)
    certificate = Certificate(
        id=certificate_id,
        session_id=enrolment.session_id,
        enrolment_id=enrolment.id,
        course_id=enrolment.course_id,
        person_id=enrolment.person_id,
        holder_name=holder.name,
        name_may_be_shown=holder.name_may_be_shown,
        terms=terms,
        held_from=held[0],
        held_until=held[1],
        evaluator_id=enrolment.evaluator_id,
        check_code=check_code,
        issued_on=validity.issued_on,
        valid_until=validity.valid_until,
        ends_at=validity.ends_at,
        provider_id=enrolment.provider_id,
        client_id=enrolment.client_id,
    )
    return certificate, CertificateIssued(
        **_of(certificate),
        course_id=certificate.course_id,
        competences=terms.competences,
        issued_on=certificate.issued_on,
        valid_until=certificate.valid_until,
    )


def revoke(
    certificate: Certificate, reason_code: str, *, on: date, at: datetime
) -> tuple[Certificate, CertificateRevoked]:
    """Take a certificate back, for good."""
    standing = standing_of(certificate, at)
    if standing != "valid":
        raise CertificateHasEnded(status=standing)
    revoked = replace(certificate, status="revoked", reason_code=reason_code, revoked_on=on)
    return revoked, CertificateRevoked(**_of(certificate), reason_code=reason_code)


def expire(certificate: Certificate, *, at: datetime) -> tuple[Certificate, CertificateExpired] | None:
    """End a certificate whose last day has passed; None where there is nothing to end."""
    if certificate.status != "issued" or standing_of(certificate, at) == "valid" or certificate.valid_until is None:
        return None
    return replace(certificate, status="expired"), CertificateExpired(
        **_of(certificate), valid_until=certificate.valid_until
    )


def standing_of(certificate: Certificate, at: datetime) -> Standing:
    """How it stands at a moment, whether or not the sweep has come by already."""
    if certificate.status == "issued":
        return "valid" if certificate.ends_at is None or at < certificate.ends_at else "expired"
    return "revoked" if certificate.status == "revoked" else "expired"


def check_code_of(random: int) -> str:
    """128 random bits as 26 digits of Crockford's base 32, the first of them 0 to 7."""
    places = range(5 * (CODE_LENGTH - 1), -1, -5)
    return "".join(DIGITS[random >> place & 31] for place in places)


def grouped(check_code: str) -> str:
    """A check code as it is printed: groups of five digits, and six in the last."""
    last = CODE_LENGTH - CODE_LENGTH % GROUP - GROUP
    groups = [check_code[start : start + GROUP] for start in range(0, last, GROUP)]
    return "-".join([*groups, check_code[last:]])


def check_code_in(typed: str) -> str | None:
    """The check code somebody means: in either case, with spaces and hyphens, O for 0, I and L for 1; None if none."""
    if len(typed) > LONGEST or not typed.isascii():
        return None
    code = typed.upper().translate(_AS_MEANT)
    fits = len(code) == CODE_LENGTH and code[0] in DIGITS[:8] and set(code) <= set(DIGITS)
    return code if fits else None


def _of(certificate: Certificate) -> dict[str, UUID | None]:
    return {
        "certificate_id": certificate.id,
        "enrolment_id": certificate.enrolment_id,
        "session_id": certificate.session_id,
        "person_id": certificate.person_id,
        "provider_id": certificate.provider_id,
    }
