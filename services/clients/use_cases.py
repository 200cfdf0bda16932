"""Steps that a route and an import share: a company taken in, its plant recorded."""

from datetime import datetime, timedelta
from typing import Any

from chassis.pack import fit_extra
from chassis.unit_of_work import UnitOfWork
from contracts.refusals import Refusal
from contracts.values import Place
from services.clients.domain import clients as client_rules
from services.clients.domain import sites as site_rules
from services.clients.domain.clients import Client, ClientFacts, Origin, ProvinceIsUnknown, ReasonIsUnknown
from services.clients.domain.consents import Agreement, PurposeIsUnknown
from services.clients.domain.sites import Site
from services.clients.pack import ClientsPack


class TaxCodeDoesNotFit(Refusal):
    status = 422
    sentence = "The tax code does not have the country's form, or its check digit is wrong."


class SizeClassIsUnknown(Refusal):
    status = 422
    sentence = "The pack knows no size class {size_class}."


def pack_of(uow: UnitOfWork) -> ClientsPack:
    """This service's section of the pack."""
    return uow.pack.section("clients", ClientsPack)


def home_of(uow: UnitOfWork) -> str:
    """The pack's own country."""
    return uow.pack.country.country


async def register_client(uow: UnitOfWork, facts: ClientFacts, origin: Origin) -> Client:
    """Take a company in, its codes checked against the pack."""
    check_facts(uow, facts)
    return uow.save(
        *client_rules.register(facts, origin, id=uow.new_id(), by=uow.principal, at=uow.now(), home=home_of(uow))
    )


async def open_site(uow: UnitOfWork, client: Client, name: str, address: str | None, place: Place) -> Site:
    """Record a plant of a company."""
    check_place(uow, place)
    return uow.save(
        *site_rules.open_site(client, name, address, place, id=uow.new_id(), by=uow.principal, home=home_of(uow))
    )


def check_facts(uow: UnitOfWork, facts: ClientFacts) -> None:
    """The country's own rules for a company: province, size class, tax code, extra fields."""
    section = pack_of(uow)
    check_place(uow, facts.place)
    if facts.size_class is not None and facts.size_class not in section.size_classes:
        raise SizeClassIsUnknown(size_class=facts.size_class)
    own = facts.place.country == home_of(uow)
    if facts.tax_code is not None and own and not section.is_tax_code(facts.tax_code):
        raise TaxCodeDoesNotFit
    fit_extra(section.client_fields, facts.extra)


def check_place(uow: UnitOfWork, place: Place) -> None:
    """A province of the pack's own country must be valid today; foreign ones are taken as they come."""
    if place.province is None or place.country != home_of(uow):
        return
    if not uow.pack.has_province(place.province, uow.today()):
        raise ProvinceIsUnknown(province=place.province)


def check_reason(uow: UnitOfWork, reason_code: str) -> str:
    """A reason to decline that the pack knows."""
    if reason_code not in pack_of(uow).decline_reasons:
        raise ReasonIsUnknown(reason_code=reason_code)
    return reason_code


def agreement(uow: UnitOfWork, body: Any) -> Agreement:
    """A consent as it is signed: its purpose is one of the pack, its last day ends in the centre's zone."""
    if body.purpose not in pack_of(uow).consent_purposes:
        raise PurposeIsUnknown(purpose=body.purpose)
    ends_at: datetime | None = None
    if body.until is not None:
        day = body.until + timedelta(days=1)
        ends_at = datetime(day.year, day.month, day.day, tzinfo=uow.pack.calendar.zone)
    return Agreement(body.purpose, body.recipient, body.text_version, body.until, ends_at)


def scheme_of(uow: UnitOfWork, country: str) -> str:
    """In which list of codes a province stands: the pack's own, else the country's."""
    return uow.pack.country.province_scheme if country == home_of(uow) else country
