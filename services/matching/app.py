"""The matching service, wired."""

from pathlib import Path

from chassis.service import Service
from services.matching.api import (
    competences,
    engagements,
    experts,
    needs,
    offer_links,
    offers,
    providers,
    shortlists,
    work_reports,
)
from services.matching.models import metadata
from services.matching.notices import notices
from services.matching.pack import MatchingPack
from services.matching.projections import projections
from services.matching.queries import scopes
from services.matching.reactions import reactions
from services.matching.timers import timers

service = Service(
    name="matching",
    folder=Path(__file__).parent,
    metadata=metadata,
    routes=(
        providers.routes,
        experts.routes,
        competences.routes,
        needs.routes,
        shortlists.routes,
        offers.routes,
        offer_links.routes,
        engagements.routes,
        work_reports.routes,
    ),
    scopes=scopes,
    reactions=reactions,
    projections=projections,
    timers=timers,
    notices=notices,
    section=MatchingPack,
)
