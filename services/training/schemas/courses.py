"""Courses as they come in and go out."""

from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from chassis.http import Body, Out
from contracts.matching import Language
from contracts.values import Amount, CompetenceNeeded
from services.training.domain.courses import Course, CourseStatus, Terms
from services.training.schemas.fields import sent, shown

Title = Annotated[str, Field(min_length=1, max_length=300)]
Description = Annotated[str, Field(min_length=1, max_length=4_000)]
Competences = Annotated[tuple[CompetenceNeeded, ...], Field(max_length=20)]
Hours = Annotated[Amount, Field(gt=0, le=2_000)]
Months = Annotated[int, Field(ge=1, le=240)]


class OfferCourse(Body):
    """What is taught. `validity_months` null = its certificates hold without end; `evaluator_apart` null = as the
    pack says."""

    title: Title
    description: Description | None = None
    competences: Competences = ()
    hours: Hours
    language: Language
    validity_months: Months | None = None
    evaluator_apart: bool | None = None

    def terms(self, evaluator_apart: bool) -> Terms:
        """The terms of its first version, where it says nothing as the pack does."""
        facts = {name: getattr(self, name) for name in type(self).model_fields if name != "description"}
        if self.evaluator_apart is None:
            facts["evaluator_apart"] = evaluator_apart
        return Terms(**facts)


class ChangeCourse(Body):
    """Only what is sent changes; null clears the description or the end of validity."""

    title: Title | None = None
    description: Description | None = None
    competences: Competences | None = None
    hours: Hours | None = None
    language: Language | None = None
    validity_months: Months | None = None
    evaluator_apart: bool | None = None

    def changes(self) -> dict[str, Any]:
        """What was sent."""
        return sent(self, "description", "validity_months")


class CourseOut(Out):
    course_id: UUID
    version: int
    status: CourseStatus
    course_version: int
    title: str
    description: str | None
    competences: tuple[CompetenceNeeded, ...]
    hours: Amount
    language: str
    validity_months: int | None
    evaluator_apart: bool

    @classmethod
    def of(cls, course: Course) -> "CourseOut":
        own = ("course_id", "version", "status", "description")
        return cls(
            course_id=course.id,
            version=course.version,
            status=course.status,
            description=course.description,
            **shown(cls, course.terms, *own),
        )
