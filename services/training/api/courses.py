"""Courses: what the centre teaches."""

from uuid import UUID

from chassis.auth import allow
from chassis.http import Cursor, Limit, Page
from chassis.paging import equal, page_of
from chassis.route import Routes, Uow
from contracts.principals import Officer, Trainer
from services.training.domain import courses as domain
from services.training.domain.courses import Course, CourseStatus
from services.training.schemas.courses import CourseOut, OfferCourse

routes = Routes("/v1/courses")


@routes.get("", dependencies=allow(Officer, Trainer))
async def list_courses(
    uow: Uow, status: CourseStatus | None = None, cursor: Cursor = None, limit: Limit = 50
) -> Page[CourseOut]:
    """The courses of the centre."""
    found, more = await page_of(uow, Course, *equal(Course, status=status), cursor=cursor, limit=limit)
    return Page(items=[CourseOut.of(each) for each in found], next=more)


@routes.post("", dependencies=allow(Officer, Trainer))
async def offer_course(body: OfferCourse, uow: Uow) -> CourseOut:
    """Offer a course."""
    return CourseOut.of(uow.save(*domain.offer(uow.new_id(), body.terms(), body.description)))


@routes.get("/{course_id}", dependencies=allow(Officer, Trainer))
async def read_course(course_id: UUID, uow: Uow) -> CourseOut:
    """One course."""
    return CourseOut.of(await uow.read(Course, course_id))
