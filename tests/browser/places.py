"""The page map: every page of the portal by an address that shows it, and who looks at it."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from portal.app import ROOMS
from portal.rooms import Address


@dataclass(frozen=True)
class Place:
    """A page as somebody sees it; `{names}` in its address are ids of the furniture. `who` None is nobody."""

    path: str
    who: str | None
    answers: int = 200
    prints: bool = False

    def at(self, ids: Mapping[str, str]) -> str:
        return self.path.format_map(ids)

    def __str__(self) -> str:
        return f"{self.who or 'nobody'} {self.path}"

    def is_of(self, address: Address) -> bool:
        """Whether this is a page of an address of a room."""
        pattern = re.sub(r"\\{[^}]*\\}", "[^/]+", re.escape(address.path))
        return address.method == "GET" and re.fullmatch(pattern, self.path.partition("?")[0]) is not None


PLACES = (
    Place("/sign-in", None),
    Place("/help", None),
    Place("/accessibility", None),
    Place("/privacy", None),
    Place("/too-large", None, answers=413),
    Place("/account", "officer"),
    *(Place("/work", who) for who in ("officer", "reviewer", "verifier", "delta", "delta_assessor", "works", "donor")),
    Place("/nowhere", "officer", answers=404),
    Place("/clients/{assessment}", "officer", answers=404),
    Place("/clients", "ministry", answers=403),
    # the officer's intake
    Place("/clients", "officer"),
    Place("/clients?status=declined", "officer"),
    Place("/clients/new", "officer"),
    Place("/clients/{client}", "officer"),
    Place("/clients/{client_new}", "officer"),
    Place("/clients/{client}/change", "officer"),
    Place("/clients/{client}/sites", "officer"),
    Place("/clients/{client}/sites/{site}", "officer"),
    Place("/clients/{client}/contacts", "officer"),
    Place("/clients/{client}/consents", "officer"),
    Place("/clients/{client}/consents/{consent}/withdraw", "officer"),
    Place("/clients/{client_new}/decision", "officer"),
    Place("/service-requests", "officer"),
    Place("/service-requests", "works"),
    Place("/service-requests/new?client_id={client}", "officer"),
    Place("/service-requests/new", "works"),
    Place("/service-requests/{request_open}", "officer"),
    Place("/service-requests/{request_unmet}", "works"),
    # the centre's side of matching
    Place("/needs", "officer"),
    Place("/needs/{need_open}", "officer"),
    Place("/needs/{need_unmet}", "officer"),
    Place("/needs/{need_declined}", "officer"),
    Place("/needs/{need_open}", "reviewer"),
    Place("/needs/{need_open}/cancel", "officer"),
    Place("/needs/{need_declined}/make-offer?shortlist_id={shortlist}&provider_id={provider}", "officer"),
    Place("/offers/{offer_open}/withdraw", "officer"),
    Place("/engagements", "officer"),
    Place("/engagements/{engagement}", "officer"),
    Place("/engagements/{engagement}/cancel", "officer"),
    Place("/engagements/{engagement}", "works"),
    Place("/work-reports/{report}", "officer"),
    Place("/work-reports/{report_returned}", "officer"),
    Place("/work-reports/{report}/return", "officer"),
    Place("/providers", "officer"),
    Place("/providers/new", "officer"),
    Place("/providers/{provider}", "officer"),
    Place("/providers/{provider}/add-expert", "officer"),
    Place("/providers/{provider}/grant-competence", "officer"),
    Place("/providers/{provider}/suspend", "officer"),
    # the provider's side
    Place("/offers", "delta"),
    Place("/offers/{offer_open}", "delta"),
    Place("/offers/{offer_declined}", "delta"),
    Place("/offers/{offer_open}/accept", "delta"),
    Place("/offers/{offer_open}/decline", "delta"),
    Place("/offers?show=accepted", "delta"),
    Place("/offers?show=ended", "delta"),
    Place("/offers?show=not-asked", "provider_paddy"),
    Place("/offer-links/{link}", None),
    Place("/offer-links/{link}/accept", None),
    Place("/offer-links/{link}/decline", None),
    Place("/offer-links/no-such-link", None, answers=404),
    Place("/offer-links/{link_used}", None),
    Place("/my-engagements", "delta"),
    Place("/my-engagements/{engagement}", "delta"),
    Place("/my-engagements/{engagement}/cancel", "delta"),
    Place("/work-reports/new?engagement_id={engagement}", "delta"),
    Place("/work-reports/{report_returned}/resubmit", "delta"),
    Place("/capacity", "delta"),
    # assessor, reviewer and verifier
    Place("/assessments", "officer"),
    Place("/assessments", "delta_assessor"),
    Place("/assessments/new?client_id={client}", "officer"),
    Place("/assessments/{assessment}", "reviewer", prints=True),
    Place("/assessments/{assessment_open}", "delta_assessor", prints=True),
    Place("/assessments/{assessment_open}/baseline", "delta_assessor"),
    Place("/assessments/{assessment_open}/change", "delta_assessor"),
    Place("/options/new?assessment_id={assessment_open}", "delta_assessor"),
    Place("/options/{option_verified}", "verifier", prints=True),
    Place("/options/{option_implemented}", "verifier"),
    Place("/options/{option_refused}", "reviewer"),
    Place("/options/{option_leaks}", "delta_assessor"),
    Place("/options/{option_leaks}/change", "delta_assessor"),
    Place("/options/{option_implemented}/verify", "verifier"),
    # the client
    Place("/my-plant", "works"),
    Place("/my-plant", "client_mill"),
    Place("/my-plant/options/{option_leaks}/approve", "works"),
    Place("/my-plant/options/{option_leaks}/refuse", "works"),
    Place("/my-plant/options/{option_pipe}/implement", "works"),
    Place("/my-plant/consents/give", "works"),
    Place("/my-plant/consents/{consent}/withdraw", "works"),
    Place("/my-plant/engagements/{engagement}/rate", "works"),
    # ministry and donor
    Place("/impact", "ministry", prints=True),
    Place("/impact?year=2026", "ministry"),
    Place("/impact/programmes", "donor"),
    Place("/impact/programmes/GREEN-MILLS", "donor", prints=True),
    # files
    Place("/client-imports", "officer"),
    Place("/client-imports/new", "officer"),
    Place("/client-imports/{client_import}", "officer"),
    Place("/assessment-imports", "officer"),
    Place("/assessment-imports/new", "officer"),
)
LEAD_ON = re.compile(
    r"/|/needs/[^/]+/make-shortlist|/engagements/[^/]+/rate|/work-reports/[^/]+/approve"
    r"|/providers/[^/]+/(approve|reinstate)|.*/refused-rows|/impact/.*\{ending\}"
)
"""Addresses that show no page of their own: they lead to one, or give a file."""


def standing() -> list[Place]:
    """The places whose rooms stand."""
    return [each for each in PLACES if each.answers == 404 or any(each.is_of(page) for page in pages())]


def pages() -> Iterator[Address]:
    """Every address of a room that answers to a look."""
    yield from (each for room in ROOMS for each in room.routes if each.method == "GET")
