"""A provider comes into the directory: its facts, its experts, and what each of them may be sent to do."""

import re
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import UUID

from starlette.responses import Response

from api_client import Trouble, whole
from portal.forms import Form, sentence_of
from portal.matching.deciding import REFUSALS
from portal.matching.names import country_name, language_name
from portal.matching.states import PROVIDER_KINDS
from portal.visit import Visit
from portal.words import LANGUAGES

if TYPE_CHECKING:
    from api_client import models

Made = TypeVar("Made")
COUNTRY, CODES = re.compile(r"[A-Z]{2}"), re.compile(r"[,;\s]+")
CONTACT = {"full_name": "contact_name", "email": "email", "phone": "phone"}
PLACES = {f"/contact/{name}": field for name, field in CONTACT.items()} | {
    "/contact": "contact_name",
    "/places": "provinces",
    "/sectors": "sectors",
}
ONE_FIELD = {
    "province_is_unknown": "provinces",
    "competence_is_unknown": "code",
    "competence_ends_before_it_starts": "valid_until",
    "expert_is_known": "full_name",
}
"""Refusals that speak of one field."""
LEVELS = range(1, 6)


async def show_new_provider(visit: Visit, form: Form | None = None) -> Response:
    """What the centre has to know of a provider before it can be judged for jobs."""
    _officers_only(visit)
    given = form or visit.form(kind="firm", days_per_week=5)
    languages = dict.fromkeys([*visit.pack["languages"], *LANGUAGES])
    return visit.show(
        "matching/new_provider.html",
        422 if given.faults else 200,
        form=given,
        home=country_name(visit, visit.pack["country"]),
        kinds=[(code, visit.words(name)) for code, name in PROVIDER_KINDS.items()],
        provinces=[(each["code"], each["name"]) for each in visit.pack["provinces"]],
        languages_known=[(code, language_name(visit, code)) for code in languages],
    )


async def register_provider(visit: Visit) -> Response:
    """Register it; it gets no offers before it is approved."""
    form = visit.sent_form
    body = _facts(form, visit.pack["country"])
    made = await _taken(visit.sent_form, lambda once: visit.api.register_provider(body, once=once))
    if made is None:
        return await show_new_provider(visit, form)
    return visit.to(f"/providers/{made['provider_id']}", said="provider_registered")


async def show_new_expert(visit: Visit, provider_id: UUID, form: Form | None = None) -> Response:
    """Who works for it."""
    _officers_only(visit)
    provider = await visit.api.read_provider(provider_id)
    given = form or visit.form()
    return visit.show("matching/new_expert.html", 422 if given.faults else 200, provider=provider, form=given)


async def add_expert(visit: Visit, provider_id: UUID) -> Response:
    body: models.AddExpert = {"provider_id": str(provider_id), "full_name": visit.sent_form.text("full_name")}
    if await _taken(visit.sent_form, lambda once: visit.api.add_expert(body, once=once)) is None:
        return await show_new_expert(visit, provider_id, visit.sent_form)
    return visit.to(f"/providers/{provider_id}", said="expert_added")


async def show_new_competence(visit: Visit, provider_id: UUID, form: Form | None = None) -> Response:
    """What an expert has shown to be able to do, at which level, and until when."""
    _officers_only(visit)
    provider = await visit.api.read_provider(provider_id)
    experts = await whole(visit.api.list_experts, provider_id=provider_id, status="active")
    today = visit.now.astimezone(visit.figures.zone).date()
    given = form or visit.form(person_id=visit.asked.get("person_id"), valid_from=today)
    return visit.show(
        "matching/new_competence.html",
        422 if given.faults else 200,
        provider=provider,
        form=given,
        experts=[(each["person_id"], each["full_name"]) for each in experts],
        competences=[(each["code"], each["name"]) for each in visit.pack["competences"]],
        levels=[(each, visit.figures.number(each)) for each in LEVELS],
    )


async def grant_competence(visit: Visit, provider_id: UUID) -> Response:
    """Grant it; from then on the expert counts for jobs that ask for it."""
    form = visit.sent_form
    valid_from, valid_until = form.day("valid_from"), form.day("valid_until", needed=False)
    body: models.GrantCompetence = {
        "provider_id": str(provider_id),
        "person_id": form.choice("person_id"),
        "code": form.choice("code"),
        "level": _whole(form, "level"),
        "valid_from": str(valid_from),
        "valid_until": str(valid_until) if valid_until else None,
        "evidence": form.text("evidence", needed=False),
    }
    if await _taken(form, lambda once: visit.api.grant_competence(body, once=once)) is None:
        return await show_new_competence(visit, provider_id, form)
    return visit.to(f"/providers/{provider_id}", said="competence_granted")


def _officers_only(visit: Visit) -> None:
    if not visit.has("officer"):
        raise Trouble(403, {"code": "not_for_your_role"})


async def _taken(form: Form, ask: Callable[[str], Awaitable[Made]]) -> Made | None:
    """What the API has made of the form; None where it does not fit, or was refused, which the form then says."""
    if not form.fits:
        return None
    try:
        return await ask(form.once)
    except Trouble as trouble:
        if trouble.status not in REFUSALS:
            raise
        place = ONE_FIELD.get(trouble.code)
        if place is None or trouble.errors:
            form.refused(trouble, PLACES)
        else:
            form.wrong(place, *sentence_of(trouble, form.words))
        return None


def _facts(form: Form, home: str) -> "models.RegisterProvider":
    """A provider as the API takes it: without provinces it serves the whole country."""
    country = (form.text("country", needed=False) or home).upper()
    if COUNTRY.fullmatch(country) is None:
        form.wrong("country", form.words("Write the two letters of the country, e.g. KH."))
    languages = form.chosen("languages")
    if not languages:
        form.wrong("languages", form.words("Choose at least one."))
    provinces = form.chosen("provinces")
    sectors = CODES.split((form.text("sectors", needed=False) or "").upper())
    kind: Any = form.choice("kind")
    return {
        "name": form.text("name"),
        "kind": kind,
        "country": country,
        "places": [{"country": home, "province": each} for each in provinces] or [{"country": home}],
        "languages": languages,
        "sectors": [{"code": each, "revision": "4"} for each in sectors if each],
        "days_per_week": _whole(form, "days_per_week"),
        "contact": _contact(form),
    }


def _contact(form: Form) -> "models.MatchingContact | None":
    """Whom to reach; None if nobody is named."""
    if not any(form[field].strip() for field in CONTACT.values()):
        return None
    return {
        "full_name": form.text(CONTACT["full_name"]),
        "email": form.text(CONTACT["email"], needed=False),
        "phone": form.text(CONTACT["phone"], needed=False),
    }


def _whole(form: Form, name: str) -> int:
    return int(form.number(name, whole=True) or 0)
