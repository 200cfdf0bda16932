"""Courses as they come in and go out."""

from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from chassis.http import Body, Out
from contracts.matching import Language
from contracts.values import Amount, CompetenceNeeded
from services.training.domain.courses import Course, CourseStatus, Terms

Title = Annotated[str, Field(min_length=1, max_length=300)]
Description = Annotated[str, Field(min_length=1, max_length=4_000)]
Competences = Annotated[tuple[CompetenceNeeded, ...], Field(max_length=20)]
Hours = Annotated[Amount, Field(gt=0, le=2_000)]
Months = Annotated[int, Field(ge=1, le=240)]


class OfferCourse(Body):
    """What is taught. `validity_months` null = its certificates hold without end."""

    title: Title
    description: Description | None = None
    competences: Competences = ()
    hours: Hours
    language: Language
    validity_months: Months | None = None
    evaluator_apart: bool = False

    def terms(self) -> Terms:
        """The terms of its first version."""
        return Terms(**self.model_dump(exclude={"description", "competences"}), competences=self.competences)


class ChangeCourse(Body):
    """Only what is sent changes; null clears the description or the end of validity."""

    title: Title | None = None
    description: Description | None = None
    competences: Competences | None = None
    hours: Hours | None = None
    language: Language | None = None
    validity_months: Months | None = None
    evaluator_apart: bool | None = None


class CourseOut(Out):
    course_id: UUID
    version: int
    status: CourseStatus
    title: str
    description: str | None
    competences: tuple[CompetenceNeeded, ...]
    hours: Amount
    language: str
    validity_months: int | None
    evaluator_apart: bool

    @classmethod
    def of(cls, course: Course) -> "CourseOut":
        terms: dict[str, Any] = {
            name: getattr(course.terms, name) for name in ("title", "competences", "language", "validity_months")
        }
        return cls(
            course_id=course.id,
            version=course.version,
            status=course.status,
            description=course.description,
            hours=Decimal(course.terms.hours),
            evaluator_apart=course.terms.evaluator_apart,
            **terms,
        )
