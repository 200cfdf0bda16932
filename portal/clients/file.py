"""A client's file: what is known of it, its plants, people, consents, requests and assessments, on one page."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import UUID

from starlette.responses import Response

from api_client import Page, Trouble, whole
from portal.clients import words as called
from portal.clients.intake import client_of, next_step
from portal.forms import sentence_of
from portal.visit import Visit

if TYPE_CHECKING:
    from api_client import models


Item = TypeVar("Item")


@dataclass(frozen=True)
class Parts:
    """What of a file this visitor may see; None where the role may not look."""

    sites: list["models.SiteOut"] | None
    consents: list["models.ConsentOut"] | None
    requests: list["models.ServiceRequestOut"] | None
    assessments: list["models.AssessmentOut"] | None
    contacts: list["models.ClientsContact"] | None
    no_contacts: str | None = None
    """Why the contacts are not shown to somebody who may otherwise read them."""

    @property
    def standing(self) -> list["models.ConsentOut"]:
        return [each for each in self.consents or [] if each["status"] == "given"]

    @property
    def ended(self) -> list["models.ConsentOut"]:
        return [each for each in self.consents or [] if each["status"] != "given"]


async def show_client(visit: Visit, client_id: UUID) -> Response:
    """One company, with what the visitor's role lets them see."""
    client = await client_of(visit, client_id)
    parts = await _parts(visit, client_id)
    counts = {"sites": len(parts.sites or []), "contacts": len(parts.contacts or [])}
    return visit.show(
        "clients/file.html",
        client=client,
        parts=parts,
        facts=_facts(visit, client),
        place=called.place(visit, client),
        sector=called.sector(visit, client),
        state=called.state(visit, client["status"]),
        reason=called.reason(visit, client["declined_reason"]),
        onward=next_step(str(client_id), **counts, consents=len(parts.consents or [])),
        can_request=client["status"] == "qualified" and visit.has("officer", "client"),
        shares=any(each["purpose"] == called.SHARE_WITH_PROVIDERS for each in parts.standing),
        site_names={each["site_id"]: each["name"] for each in parts.sites or []},
        site_places={each["site_id"]: called.place(visit, each) for each in parts.sites or []},
        purposes=dict(called.choices(visit, "consent_purposes")),
        kinds=dict(called.choices(visit, "kinds")),
        states=called.in_words(visit, called.STATES),
        court=called.in_words(visit, called.COURT),
        colours=called.COLOURS,
    )


async def _parts(visit: Visit, client_id: UUID) -> Parts:
    """Each list is asked for only by roles that may have it: the rest of the file is theirs all the same."""

    async def listed(pages: Callable[..., Awaitable[Page[Item]]], *roles: str) -> list[Item] | None:
        return await whole(pages, client_id=client_id) if visit.has(*roles) else None

    contacts, why_not = await _contacts(visit, client_id)
    return Parts(
        sites=await listed(visit.api.list_sites, "officer", "client"),
        consents=await listed(visit.api.list_consents, "officer", "client"),
        requests=await listed(visit.api.list_service_requests, "officer", "client"),
        assessments=await listed(
            visit.api.list_assessments, "officer", "reviewer", "verifier", "assessor", "provider", "client"
        ),
        contacts=contacts,
        no_contacts=why_not,
    )


async def _contacts(visit: Visit, client_id: UUID) -> tuple[list["models.ClientsContact"] | None, str | None]:
    if not visit.has("officer", "client", "provider", "assessor"):
        return None, None
    try:
        return (await visit.api.read_contacts(client_id))["contacts"], None
    except Trouble as trouble:
        if trouble.status != 409:  # it does not agree, or no longer
            raise
        return None, sentence_of(trouble, visit.words)[0]


def _facts(visit: Visit, client: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What is known of the company besides its name and state; what is not known is left out."""
    size = visit.name("size_classes", client["size_class"])
    facts = [
        (visit.words("Sector"), called.sector(visit, client), client["isic"] or client["national_code"]),
        (visit.words("Why no single ISIC code fits"), client["no_isic_reason"], not client["isic"]),
        (visit.words("Size class"), size, client["size_class"]),
        (visit.words("Tax code"), client["tax_code"], True),
        *((label, value, True) for label, value in called.further(visit, "client", client["extra"])),
        (visit.words("Reference"), client["external_ref"], True),
        (visit.words("Imported from"), f"{client['sender']} {client['row_key']}", client["sender"]),
        (visit.words("Registered"), visit.figures.day(client["registered_at"]), True),
    ]
    return [(label, value) for label, value, is_known in facts if is_known and value]
