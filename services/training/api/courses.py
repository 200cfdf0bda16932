"""Courses: what the centre teaches."""

from dataclasses import replace
from uuid import UUID

from chassis.auth import allow
from chassis.http import Cursor, Limit, Page, problems
from chassis.paging import equal, page_of
from chassis.route import Routes, Uow
from contracts.principals import SIGNED_IN, Officer, Trainer
from services.training import use_cases
from services.training.domain import courses as domain
from services.training.domain.courses import Course, CourseStatus
from services.training.pack import CompetenceIsUnknown
from services.training.schemas.courses import ChangeCourse, CourseOut, OfferCourse

routes = Routes("/v1/courses")
UNFIT = (CompetenceIsUnknown, domain.CompetenceStandsTwice)


@routes.get("", dependencies=allow(*SIGNED_IN))
async def list_courses(
    uow: Uow, status: CourseStatus | None = None, cursor: Cursor = None, limit: Limit = 50
) -> Page[CourseOut]:
    """The courses of the centre."""
    found, more = await page_of(uow, Course, *equal(Course, status=status), cursor=cursor, limit=limit)
    return Page(items=[CourseOut.of(each) for each in found], next=more)


@routes.post("", dependencies=allow(Officer, Trainer), responses=problems(*UNFIT))
async def offer_course(body: OfferCourse, uow: Uow) -> CourseOut:
    """Offer a course."""
    section = use_cases.pack_of(uow)
    section.check_competences(body.competences)
    terms = body.terms(section.evaluator_apart)
    return CourseOut.of(uow.save(*domain.offer(uow.new_id(), terms, body.description)))


@routes.get("/{course_id}", dependencies=allow(*SIGNED_IN))
async def read_course(course_id: UUID, uow: Uow) -> CourseOut:
    """One course."""
    return CourseOut.of(await uow.read(Course, course_id))


@routes.patch(
    "/{course_id}", dependencies=allow(Officer, Trainer), responses=problems(domain.CourseIsWithdrawn, *UNFIT)
)
async def change_course(course_id: UUID, body: ChangeCourse, uow: Uow) -> CourseOut:
    """Change what a course gives; sessions scheduled before keep their terms."""
    course = await uow.get(Course, course_id)
    changes = body.changes()
    description = changes.pop("description", course.description)
    use_cases.pack_of(uow).check_competences(changes.get("competences", ()))
    return CourseOut.of(uow.save(*domain.change(course, replace(course.terms, **changes), description)))


@routes.post(
    "/{course_id}/withdraw", dependencies=allow(Officer, Trainer), responses=problems(domain.CourseIsWithdrawn)
)
async def withdraw_course(course_id: UUID, uow: Uow) -> CourseOut:
    """Schedule no further session of it; those scheduled are held."""
    return CourseOut.of(uow.save(*domain.withdraw(await uow.get(Course, course_id))))
