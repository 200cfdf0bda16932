"""The page of one's own plant."""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from starlette.responses import Response

from api_client import whole
from portal.my_plant.agreements import agreements
from portal.my_plant.ownership import own_client
from portal.my_plant.progress import COURTS, matters
from portal.my_plant.ranking import Choices
from portal.visit import Visit


async def show_my_plant(visit: Visit) -> Response:
    """What to decide, what is going on, what is agreed."""
    client_id = own_client(visit)
    api = visit.api
    client, sites, consents, requests = await asyncio.gather(
        api.read_client(client_id),
        whole(api.list_sites, client_id=client_id),
        whole(api.list_consents, client_id=client_id),
        whole(api.list_service_requests, client_id=client_id),
    )
    engagements, assessments, options = await asyncio.gather(
        whole(api.list_engagements, client_id=client_id),
        whole(api.list_assessments, client_id=client_id),
        whole(api.list_options, client_id=client_id),
    )
    choices = choices_of(options, assessments)
    undecided = undecided_in(options)
    return visit.show(
        "my_plant/plant.html",
        client=client,
        sites={each["site_id"]: each["name"] for each in sites},
        places=[each for each in sites if each["status"] == "open"],
        choices=choices,
        matters=matters(requests, engagements, assessments, undecided),
        courts=COURTS,
        agreements=agreements(visit.pack["consent_purposes"], consents),
        end_of=lambda day: end_of(visit, day),
        form=visit.form(),
    )


def choices_of(options: Sequence[Mapping[str, Any]], assessments: Sequence[Mapping[str, Any]]) -> Choices:
    """A company's options, open to decision where their assessment is approved."""
    approved = frozenset(each["assessment_id"] for each in assessments if each["status"] == "approved")
    return Choices.of(options, approved)


def undecided_in(options: Sequence[Mapping[str, Any]]) -> Counter[str]:
    """How many options of each assessment nobody has decided on."""
    return Counter(each["assessment_id"] for each in options if each["status"] == "identified")


def end_of(visit: Visit, day: str) -> datetime:
    """The moment a day is over in the centre's zone."""
    return datetime.combine(date.fromisoformat(day) + timedelta(days=1), time(), visit.figures.zone)
