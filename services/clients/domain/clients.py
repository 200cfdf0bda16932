"""A client company: taken in, qualified or declined."""

import dataclasses
import unicodedata
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from contracts.clients import ClientChanged, ClientContactsChanged, ClientDeclined, ClientQualified, ClientRegistered
from contracts.principals import Principal, Role
from contracts.refusals import OutsideTerritory, Refusal
from contracts.values import Place, Sector, Value, personal

HIDDEN = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff"))


class ClientLacksFacts(Refusal):
    sentence = "Before a client can be qualified it needs: {missing}."


class ClientIsAlready(Refusal):
    sentence = "The client is already {status}."


class ClientIsNotQualified(Refusal):
    sentence = "The client is {status}: qualify it first."


class RowIsAlreadyImported(Refusal):
    sentence = "Row {row_key} of {sender} was imported before."


class ReferenceIsTaken(Refusal):
    sentence = "You have used the reference {external_ref} before."


class ReasonIsUnknown(Refusal):
    status = 422
    sentence = "The pack knows no reason {reason_code}."


class ProvinceIsUnknown(Refusal):
    status = 422
    sentence = "The pack knows no province {province} that is valid today."


class ClientMayNotChange(Refusal):
    status = 403
    sentence = "A client changes only its extra facts; ask the centre to change {fields}."


class Contact(Value):
    """A person or an office of the company; never leaves the service in an event."""

    name: str = personal(min_length=1, max_length=200)
    function: str | None = personal(default=None, max_length=200)
    email: str | None = personal(default=None, max_length=254)
    phone: str | None = personal(default=None, max_length=40)
    is_main: bool = False


@dataclass(frozen=True, slots=True)
class Client:
    """A company; `national_code` stands for the sector where no ISIC code is unique, `territory` is its province
    if that is one of this country."""

    id: UUID
    version: int
    name: str
    name_key: str
    status: str
    country: str
    province: str | None
    province_scheme: str | None
    isic: Sector | None
    national_code: str | None
    national_scheme: str | None
    no_isic_reason: str | None
    size_class: str | None
    tax_code: str | None
    territory: str | None
    registered_at: datetime
    contacts: tuple[Contact, ...] = ()
    extra: dict[str, Any] = field(default_factory=dict)
    declined_reason: str | None = None
    sender: str | None = None
    row_key: str | None = None
    external_ref: str | None = None
    ref_owner: UUID | None = None


@dataclass(frozen=True, slots=True)
class ClientFacts:
    """What is known of a company when it is taken in or corrected."""

    name: str
    place: Place
    isic: Sector | None = None
    national_code: str | None = None
    national_scheme: str | None = None
    no_isic_reason: str | None = None
    size_class: str | None = None
    tax_code: str | None = None
    extra: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Origin:
    """Where the record comes from: the caller's own reference, or the row of an import."""

    external_ref: str | None = None
    sender: str | None = None
    row_key: str | None = None


def name_key(name: str) -> str:
    """A name as it is compared: NFC, without hidden characters, one kind of space, any case."""
    return " ".join(unicodedata.normalize("NFC", name).translate(HIDDEN).casefold().split())


def territory(country: str, province: str | None, home: str) -> str | None:
    """The province that decides who may see it; null and foreign places belong to no province."""
    return province if country == home else None


def register(
    facts: ClientFacts, origin: Origin, *, id: UUID, by: Principal, at: datetime, home: str
) -> tuple[Client, ClientRegistered]:
    """Take a company in."""
    client = Client(
        id=id,
        version=0,
        name=unicodedata.normalize("NFC", facts.name).strip(),
        name_key=name_key(facts.name),
        status="registered",
        country=facts.place.country,
        province=facts.place.province,
        province_scheme=facts.place.scheme,
        isic=facts.isic,
        national_code=facts.national_code,
        national_scheme=facts.national_scheme,
        no_isic_reason=facts.no_isic_reason,
        size_class=facts.size_class,
        tax_code=facts.tax_code,
        territory=_placed(by, facts.place.country, facts.place.province, home),
        registered_at=at,
        extra=facts.extra,
        sender=origin.sender,
        row_key=origin.row_key,
        external_ref=origin.external_ref,
        ref_owner=by.principal_id if origin.external_ref else None,
    )
    return client, ClientRegistered(**_event_facts(client))


def change(client: Client, changes: dict[str, Any], *, by: Principal, home: str) -> tuple[Client, ClientChanged]:
    """Correct facts of a company; the company itself only its extra facts."""
    if not by.has(Role.OFFICER, Role.SYSTEM):
        beyond = sorted(set(changes) - {"extra"})
        if beyond:
            raise ClientMayNotChange(fields=", ".join(beyond))
    changed = dataclasses.replace(client, **changes)
    mine = client.territory
    if {"country", "province"} & set(changes):
        mine = _placed(by, changed.country, changed.province, home)
    changed = dataclasses.replace(changed, name_key=name_key(changed.name), territory=mine)
    return changed, ClientChanged(**_event_facts(changed))


def qualify(client: Client) -> tuple[Client, ClientQualified]:
    """The centre may serve it: name, place and sector are known."""
    if client.status == "qualified":
        raise ClientIsAlready(status=client.status)
    missing = [
        words
        for words, known in (
            ("its province", client.province is not None),
            (
                "its sector (ISIC, or the national code with the reason why no ISIC is unique)",
                client.isic is not None or (client.national_code is not None and client.no_isic_reason is not None),
            ),
        )
        if not known
    ]
    if missing:
        raise ClientLacksFacts(missing=" and ".join(missing))
    return (
        dataclasses.replace(client, status="qualified", declined_reason=None),
        ClientQualified(client_id=client.id),
    )


def decline(client: Client, reason_code: str) -> tuple[Client, ClientDeclined]:
    """The centre will not serve it."""
    if client.status != "registered":
        raise ClientIsAlready(status=client.status)
    declined = dataclasses.replace(client, status="declined", declined_reason=reason_code)
    return declined, ClientDeclined(client_id=client.id, reason_code=reason_code)


def put_contacts(client: Client, contacts: tuple[Contact, ...]) -> tuple[Client, ClientContactsChanged]:
    """Replace the contacts."""
    return dataclasses.replace(client, contacts=contacts), ClientContactsChanged(client_id=client.id)


def facts_of(client: Client) -> ClientFacts:
    """What is known of a company, as it could be taken in."""
    place = Place(country=client.country, province=client.province, scheme=client.province_scheme)
    names = set(ClientFacts.__dataclass_fields__) - {"place"}
    return ClientFacts(place=place, **{name: getattr(client, name) for name in names})


def _placed(by: Principal, country: str, province: str | None, home: str) -> str | None:
    mine = territory(country, province, home)
    if not by.covers(mine):
        raise OutsideTerritory(province=province or country)
    return mine


def _event_facts(client: Client) -> dict[str, Any]:
    return {
        "client_id": client.id,
        "country": client.country,
        "province": client.province,
        "province_scheme": client.province_scheme,
        "isic": client.isic,
        "national_code": client.national_code,
        "national_scheme": client.national_scheme,
        "size_class": client.size_class,
        "sender": client.sender,
        "row_key": client.row_key,
    }
