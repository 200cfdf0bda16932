"""How the work of a provider was, once it is over."""

from typing import TYPE_CHECKING
from uuid import UUID

from starlette.responses import Response

from api_client import Trouble
from portal.forms import Form
from portal.my_plant.ownership import own_client
from portal.rooms import N_
from portal.visit import Visit

if TYPE_CHECKING:
    from api_client import models

SCORES = (
    ("5", N_("Very good")),
    ("4", N_("Good")),
    ("3", N_("Fair")),
    ("2", N_("Weak")),
    ("1", N_("Poor")),
)


async def show_rating(visit: Visit, engagement_id: UUID, form: Form | None = None) -> Response:
    own_client(visit)
    engagement = await visit.api.read_engagement(engagement_id)
    given = form or visit.form()
    scores = [(code, visit.words(each)) for code, each in SCORES]
    view = {"form": given, "engagement": engagement, "scores": scores}
    return visit.show("my_plant/rate.html", 422 if given.faults else 200, **view)


async def rate_engagement(visit: Visit, engagement_id: UUID) -> Response:
    """Said once; each side reads the other when both have spoken."""
    own_client(visit)
    form = visit.sent_form
    score = form.choice("score")
    body: models.Rate = {
        "score": int(score) if score in dict(SCORES) else 0,
        "comment": form.text("comment", needed=False),
    }
    if form.fits:
        try:
            await visit.api.rate_engagement(engagement_id, body, once=form.once)
            return visit.to("/my-plant", said="my_engagement_rated")
        except Trouble as trouble:
            if trouble.status not in (409, 422):
                raise
            form.refused(trouble)
    return await show_rating(visit, engagement_id, form)
