"""The page of one's own plant."""

import asyncio
from collections import Counter
from datetime import date, datetime, time, timedelta
from typing import Any

from starlette.responses import Response

from portal.api import path_of
from portal.my_plant.agreements import agreements
from portal.my_plant.ownership import own_client
from portal.my_plant.progress import COURTS, matters
from portal.my_plant.ranking import Choices
from portal.visit import Visit


async def show_my_plant(visit: Visit) -> Response:
    """What to decide, what is going on, what is agreed."""
    client_id = own_client(visit)
    lists = ("sites", "consents", "service-requests", "engagements", "assessments", "options")
    client, *found = await asyncio.gather(
        visit.api.get(path_of("v1", "clients", client_id)),
        *(visit.api.all(f"/v1/{each}", client_id=client_id) for each in lists),
    )
    of: dict[str, list[Any]] = dict(zip(lists, found, strict=True))
    choices = choices_of(of["options"], of["assessments"])
    undecided = undecided_in(of["options"])
    return visit.show(
        "my_plant/plant.html",
        client=client,
        sites={each["site_id"]: each["name"] for each in of["sites"]},
        places=[each for each in of["sites"] if each["status"] == "open"],
        choices=choices,
        matters=matters(of["service-requests"], of["engagements"], of["assessments"], undecided),
        courts=COURTS,
        agreements=agreements(visit.pack["consent_purposes"], of["consents"]),
        end_of=lambda day: end_of(visit, day),
        form=visit.form(),
    )


def choices_of(options: list[Any], assessments: list[Any]) -> Choices:
    """A company's options, open to decision where their assessment is approved."""
    approved = frozenset(each["assessment_id"] for each in assessments if each["status"] == "approved")
    return Choices.of(options, approved)


def undecided_in(options: list[Any]) -> Counter[str]:
    """How many options of each assessment nobody has decided on."""
    return Counter(each["assessment_id"] for each in options if each["status"] == "identified")


def end_of(visit: Visit, day: str) -> datetime:
    """The moment a day is over in the centre's zone."""
    return datetime.combine(date.fromisoformat(day) + timedelta(days=1), time(), visit.figures.zone)
