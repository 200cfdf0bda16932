"""What waits for a client: options to decide on, consents that end, work to rate."""

import asyncio

from api_client import whole
from portal.my_plant.agreements import ends_soon
from portal.my_plant.plant import choices_of, end_of
from portal.rooms import Task
from portal.visit import Visit


async def tasks(visit: Visit) -> list[Task]:
    """Nothing for whoever speaks for no company."""
    if visit.me is None or not visit.has("client") or visit.me["client_id"] is None:
        return []
    options, assessments, consents, engagements = await asyncio.gather(
        whole(visit.api.list_options, status="identified"),
        whole(visit.api.list_assessments, status="approved"),
        whole(visit.api.list_consents, status="given"),
        whole(visit.api.list_engagements),
    )
    return [
        *(_decide(visit, each.option_id, each.title) for each in choices_of(options, assessments).waiting),
        *(
            Task(
                what=visit.words("Give your consent again, if you still agree"),
                about=visit.name("consent_purposes", each["purpose"]),
                path="/my-plant#consents",
                due=end_of(visit, each["until"]),
            )
            for each in consents
            if ends_soon(each, visit.now.astimezone(visit.figures.zone).date())
        ),
        *(
            Task(
                what=visit.words("Say how the work was"),
                about=visit.name("kinds", each["kind"]),
                path=f"/my-plant/engagements/{each['engagement_id']}/rate",
            )
            for each in engagements
            if each["status"] == "completed" and each["client_rating"] is None
        ),
    ]


def _decide(visit: Visit, option_id: str, title: str) -> Task:
    return Task(what=visit.words("Decide on an option"), about=title, path=f"/my-plant#option-{option_id}")
