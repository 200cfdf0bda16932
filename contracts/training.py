"""Facts about courses, sessions, enrolments and certificates."""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from contracts.event import Event
from contracts.matching import Language
from contracts.values import Amount, Code, CompetenceNeeded, CountryCode, Day


class CourseEvent(Event, subject="course_id", abstract=True):
    course_id: UUID


class CourseFacts(CourseEvent, abstract=True):
    competences: tuple[CompetenceNeeded, ...] = Field(description="what a certificate of it gives, code and level")
    hours: Amount
    language: Language
    validity_months: int | None = Field(description="how long a certificate holds; null = without end")


class CourseOffered(CourseFacts):
    """The centre offers a course."""


class CourseChanged(CourseFacts):
    """What a course gives changed; sessions scheduled before keep the terms they were announced with."""


class CourseWithdrawn(CourseEvent):
    """No further session of the course will be scheduled."""


class SessionEvent(Event, subject="session_id", abstract=True):
    session_id: UUID
    course_id: UUID


class SessionFacts(SessionEvent, abstract=True):
    programme_code: Code | None
    starts_at: datetime
    ends_at: datetime
    starts_on: Day = Field(description="the date at the venue")
    ends_on: Day
    country: CountryCode
    province: Code | None
    language: Language
    seats: int


class SessionScheduled(SessionFacts):
    """A course is held at a time and place."""


class SessionChanged(SessionFacts):
    """A session moved, or has other seats."""


class SessionCancelled(SessionEvent):
    """A session is not held; nobody remains enrolled."""

    reason_code: Code


class SessionCompleted(SessionEvent):
    """A session was held."""

    occurred_on: Day


class EnrolmentEvent(Event, subject="enrolment_id", root="session_id", abstract=True):
    enrolment_id: UUID
    session_id: UUID
    person_id: UUID
    provider_id: UUID | None = None
    client_id: UUID | None = None


class EnrolmentConfirmed(EnrolmentEvent):
    """A person has a seat."""


class EnrolmentWaitlisted(EnrolmentEvent):
    """All seats are taken: the person waits in the order of asking."""


class SeatOffered(EnrolmentEvent):
    """A seat became free for whoever waited longest."""

    deadline_at: datetime


class SeatDeclined(EnrolmentEvent):
    """The seat is not wanted any more."""


class SeatLapsed(EnrolmentEvent):
    """No answer before the deadline."""


class EnrolmentCancelled(EnrolmentEvent):
    """A person does not come, or there is nothing to come to."""

    reason_code: Code


class AttendanceRecorded(EnrolmentEvent):
    """Whether a person was there; `sex` is a code or `unstated`."""

    attended: bool
    sex: Code


class ResultRecorded(EnrolmentEvent):
    """Whether a person passed."""

    passed: bool


class CertificateEvent(Event, subject="certificate_id", root="session_id", abstract=True):
    certificate_id: UUID
    enrolment_id: UUID
    session_id: UUID
    person_id: UUID
    provider_id: UUID | None = None


class CertificateIssued(CertificateEvent):
    """A person who passed holds a certificate."""

    course_id: UUID
    competences: tuple[CompetenceNeeded, ...]
    issued_on: Day
    valid_until: Day | None


class CertificateRevoked(CertificateEvent):
    """A certificate holds no more."""

    reason_code: Code


class CertificateExpired(CertificateEvent):
    """The last day of a certificate has passed."""

    valid_until: Day
