"""Examples the certificate tests start from: one session, one person in it."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from contracts.values import CompetenceNeeded
from services.training.domain.certificates import Certificate, Holder, Validity, check_code_of, issue
from services.training.domain.courses import Terms
from services.training.domain.enrolments import Enrolment
from services.training.domain.sessions import Session

BEGINS = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
ENDS = BEGINS + timedelta(days=2, hours=8)
PARTICIPANT, TRAINER, EXAMINER = (UUID(int=number) for number in (1, 2, 3))
TERMS = Terms(
    title="Hygiene in food plants",
    competences=(CompetenceNeeded(code="food_hygiene", level=2),),
    hours=Decimal(16),
    language="en",
    validity_months=12,
    evaluator_apart=True,
)
SESSION = Session(
    id=UUID(int=10),
    course_id=UUID(int=11),
    terms=TERMS,
    programme_code=None,
    starts_at=BEGINS,
    ends_at=ENDS,
    time_zone="Etc/GMT-7",
    country="XA",
    province="XA-R",
    venue=None,
    language="en",
    seats=2,
    changed_at=BEGINS - timedelta(days=30),
    trainers=(TRAINER,),
)
ENROLLED = Enrolment(
    id=UUID(int=20),
    session_id=SESSION.id,
    course_id=SESSION.course_id,
    person_id=PARTICIPANT,
    enrolled_by=UUID(int=21),
    enrolled_at=BEGINS - timedelta(days=20),
)
END = datetime(2027, 3, 4, 17, 0, tzinfo=UTC)  # 5 March begins, seven hours ahead of UTC
VALID = Validity(date(2026, 3, 4), date(2027, 3, 4), END)


def enrolled(**facts: Any) -> Enrolment:
    return replace(ENROLLED, **facts)


def certificate(**facts: Any) -> Certificate:
    made, _ = issue(
        enrolled(status="passed", evaluator_id=EXAMINER),
        TERMS,
        (date(2026, 3, 2), date(2026, 3, 4)),
        Holder("A Made-up Person", name_may_be_shown=True),
        VALID,
        certificate_id=UUID(int=30),
        check_code=check_code_of(7),
    )
    return replace(made, **facts)
