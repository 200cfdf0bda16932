"""Courses: what is taught, and which competences a certificate of it gives."""

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Literal
from uuid import UUID

from contracts.refusals import Refusal
from contracts.training import CourseChanged, CourseOffered, CourseWithdrawn
from contracts.values import CompetenceNeeded

CourseStatus = Literal["offered", "withdrawn"]


class CourseIsWithdrawn(Refusal):
    sentence = "The course is offered no more."


class CompetenceStandsTwice(Refusal):
    status = 422
    sentence = "The competence {code} stands twice: give it once, at one level."


@dataclass(frozen=True, slots=True)
class Terms:
    """What a certificate says. A session keeps the terms it was announced with; `course_version` names them.

    `hours` are hours of teaching, `validity_months` null = without end. With `evaluator_apart` whoever records a
    result is none of the session's trainers.
    """

    title: str
    competences: tuple[CompetenceNeeded, ...]
    hours: Decimal
    language: str
    validity_months: int | None
    evaluator_apart: bool
    course_version: int = 1


@dataclass(frozen=True, slots=True)
class Course:
    id: UUID
    terms: Terms
    description: str | None = None
    status: CourseStatus = "offered"
    version: int = 0


def offer(course_id: UUID, terms: Terms, description: str | None) -> tuple[Course, CourseOffered]:
    """Offer a course."""
    _require_each_once(terms)
    course = Course(course_id, terms, description)
    return course, CourseOffered(course_id=course.id, **_facts_of(terms))


def change(course: Course, terms: Terms, description: str | None) -> tuple[Course, CourseChanged]:
    """Change what a course gives, for sessions scheduled from now on."""
    require_offered(course)
    _require_each_once(terms)
    changed = replace(course, terms=replace(terms, course_version=course.version + 1), description=description)
    return changed, CourseChanged(course_id=course.id, **_facts_of(terms))


def withdraw(course: Course) -> tuple[Course, CourseWithdrawn]:
    """Schedule no further session of it; those scheduled are held."""
    require_offered(course)
    return replace(course, status="withdrawn"), CourseWithdrawn(course_id=course.id)


def require_offered(course: Course) -> None:
    """Refuse a course that was withdrawn."""
    if course.status == "withdrawn":
        raise CourseIsWithdrawn


def _require_each_once(terms: Terms) -> None:
    codes = [each.code for each in terms.competences]
    for code in codes:
        if codes.count(code) > 1:
            raise CompetenceStandsTwice(code=code)


def _facts_of(terms: Terms) -> dict[str, object]:
    return {
        "competences": terms.competences,
        "hours": terms.hours,
        "language": terms.language,
        "validity_months": terms.validity_months,
    }
