"""What waits for a provider: offers to answer, reports that came back, reports that are due."""

from collections.abc import Iterator
from datetime import datetime

from api_client import whole
from portal.offers.endings import status_of
from portal.offers.jobs import own_provider, title_of
from portal.offers.work import Work, about, provider_of, running_work
from portal.rooms import Task
from portal.visit import Visit


async def tasks(visit: Visit) -> list[Task]:
    """The provider's part of the work queue."""
    if not visit.has("provider"):
        return []
    provider_id = own_provider(visit)
    offers = await whole(visit.api.list_offers, provider_id=provider_id, status="open")
    found = [
        Task(
            visit.words("Answer an offer"),
            title_of(visit, each["job"]),
            f"/offers/{each['offer_id']}",
            due=datetime.fromisoformat(each["deadline_at"]),
        )
        for each in offers
        if status_of(each, visit.now) == "open"
    ]
    engagements = await whole(visit.api.list_engagements, provider_id=provider_id, status="active")
    if engagements:
        provider = await provider_of(visit, provider_id)
        for work in await running_work(visit, provider, engagements):
            found += _about(visit, work)
    return found


def _about(visit: Visit, work: Work) -> Iterator[Task]:
    for report in work.returned:
        since = datetime.fromisoformat(report["answered_at"])
        path = f"/work-reports/{report['report_id']}/resubmit"
        yield Task(visit.words("Correct a report and send it again"), about(visit, work), path, since=since)
    if work.stand.code == "due" and work.booking is not None:
        since = datetime.fromisoformat(work.booking["ends_on"]).replace(tzinfo=visit.figures.zone)
        path = f"/work-reports/new?engagement_id={work.engagement['engagement_id']}"
        yield Task(visit.words("Report your work"), about(visit, work), path, since=since)
