"""Companies and their plants from a sender's file: each row through the rules that a person's entry meets."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from chassis.imports.mappings import Reading, SenderMapping, crosswalk, mapping_of
from chassis.imports.notices import tell_of_end
from chassis.imports.runs import (
    ALREADY_THERE,
    BAD_ROW,
    REGISTERED,
    Import,
    Known,
    RowIsBad,
    Tally,
    fault_of,
    require_key,
    side_by_side,
)
from chassis.imports.sheets import Fault, Row, Sheet
from chassis.jobs import Jobs, Working
from chassis.unit_of_work import UnitOfWork
from contracts.values import Place, Sector
from services.clients import use_cases
from services.clients.domain.clients import Client, Origin, RowIsAlreadyImported
from services.clients.models import clients
from services.clients.pack import ClientsPack
from services.clients.schemas import ClientMapping, OpenSite, RegisterClient, SectorTake, SiteMapping

jobs = Jobs(ended=tell_of_end)
FILE = "file"
INSIDE = {"Sector": "isic.", "OpenSite": "site."}
DIVISION = 2  # digits; what is shorter is no ISIC code
ODD_LENGTHS = (1, 3)  # of an ISIC code typed as a number: 111 may be the group, or the class 0111 without its zero


@dataclass(frozen=True, slots=True)
class Parcel:
    """A row with its key; `twin` is the row of this file that bore the key before it."""

    row: Row
    key: str
    twin: int | None


@jobs.kind("client_import")
async def import_clients(working: Working) -> dict[str, Any]:
    """Bring a file of companies in."""
    files = Import(working)
    mapping = mapping_of(working.job.input["mapping"], "clients", ClientMapping)
    work = ClientImport(files, mapping)
    sheet = await files.sheet(FILE, mapping.head.file, mapping.part)
    await files.run(work.parcels(sheet), work.take, total=files.files[FILE]["rows"])
    return files.result


class ClientImport:
    """A file of companies on its way in."""

    def __init__(self, files: Import, mapping: SenderMapping[ClientMapping]) -> None:
        self.files, self.mapping = files, mapping
        self.key_column = mapping.column_of("row_key")
        self.kinds = {each.name: each.kind for each in files.pack.section("clients", ClientsPack).client_fields}
        sector = mapping.part.isic
        self.crosswalk = crosswalk(files.pack, sector.crosswalk) if sector and sector.crosswalk else {}

    def parcels(self, sheet: Sheet) -> Iterator[Parcel]:
        """Its rows; one whose key stood before in the file knows where."""
        seen: dict[str, int] = {}
        for row in sheet.rows():
            key = self.mapping.reading(row).key(self.mapping.part.row_key)
            yield Parcel(row, key, seen.get(key))
            seen.setdefault(key, row.number)

    async def take(self, parcels: list[Parcel]) -> Tally:
        """Take some rows in, side by side."""
        tally = Tally()
        sender, keys = self.mapping.head.sender, [parcel.key for parcel in parcels]
        known = await self.files.known(clients.table, sender, keys)
        await side_by_side(self._one(parcel, known, tally) for parcel in parcels)
        return tally

    async def _one(self, parcel: Parcel, known: dict[str, Known], tally: Tally) -> None:
        row, reading = parcel.row, self.mapping.reading(parcel.row)
        try:
            require_key(row, parcel.key, parcel.twin, self.key_column, reading=reading, take=self.mapping.part.row_key)
            if parcel.key in known:
                self._understand(reading)
                tally.count(FILE, known[parcel.key].outcome, (), row, reading.understood)
            else:
                await self._register(parcel.key, reading)
                tally.count(FILE, REGISTERED, reading.labels, row, reading.understood)
        except RowIsAlreadyImported:
            tally.count(FILE, ALREADY_THERE, (), row, reading.understood)
        except BAD_ROW as error:
            tally.refuse(FILE, row, fault_of(error, self.mapping, INSIDE), reading.understood)

    def _understand(self, reading: Reading) -> None:
        """In a dry run, read also what is there already, so that it can be looked at."""
        if self.files.is_dry:
            with contextlib.suppress(*BAD_ROW):
                self._client(reading)

    async def _register(self, key: str, reading: Reading) -> None:
        body, site = self._client(reading), self.mapping.part.site
        origin = Origin(sender=self.mapping.head.sender, row_key=key)

        async def work(uow: UnitOfWork) -> None:
            client = await use_cases.register_client(uow, body.facts(use_cases.scheme_of(uow, body.country)), origin)
            if site is not None:
                plant = self._site(reading, site, client)
                scheme = use_cases.scheme_of(uow, plant.country) if plant.province else None
                place = Place(country=plant.country, province=plant.province, scheme=scheme)
                await use_cases.open_site(uow, client, plant.name, plant.address, place)

        await self.files.unit(work)

    def _client(self, reading: Reading) -> RegisterClient:
        part = self.mapping.part
        national_code = reading.code("national_code", part.national_code)
        isic, no_isic_reason = self._sector(reading, part.isic)
        return RegisterClient(
            name=reading.text("name", part.name) or "",
            country=reading.code("country", part.country) or "",
            province=reading.code("province", part.province),
            isic=isic,
            national_code=national_code,
            national_scheme=reading.code("national_scheme", part.national_scheme) if national_code else None,
            no_isic_reason=no_isic_reason,
            size_class=reading.code("size_class", part.size_class),
            tax_code=reading.code("tax_code", part.tax_code),
            extra=self._extra(reading),
        )

    def _sector(self, reading: Reading, take: SectorTake | None) -> tuple[Sector | None, str | None]:
        """The ISIC code a row leads to, or the reason why none is certain."""
        code = reading.code("isic", take)
        if take is None or code is None:
            return None, None
        if take.crosswalk is None and not take.width and reading.is_number(take) and len(code) in ODD_LENGTHS:
            sentence = f"{code} may have lost its leading zero: type ISIC codes as text, or state their width."
            raise RowIsBad(Fault("code_may_have_lost_zeros", sentence, self.mapping.column_of("isic")))
        if take.crosswalk is None:
            return Sector(code=code, revision=take.revision), None
        common, candidates = self.crosswalk.get(code, ("", ""))[:2]
        if len(common) >= DIVISION:
            reading.understood["isic"] = common
            return Sector(code=common, revision=take.revision), None
        reading.understood["isic"] = None
        reading.label("isic", "is_ambiguous" if candidates else "not_in_table")
        led = f"several ISIC divisions ({candidates})" if candidates else "no ISIC code"
        return None, f"{code} leads to {led} by {take.crosswalk}."

    def _extra(self, reading: Reading) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name, take in self.mapping.part.extra.items():
            if self.kinds.get(name) == "number":
                figure = reading.number(name, take)
                found[name] = int(figure) if figure is not None and figure == int(figure) else figure and float(figure)
            else:
                found[name] = reading.text(name, take)
        return {name: value for name, value in found.items() if value is not None}

    def _site(self, reading: Reading, site: SiteMapping, client: Client) -> OpenSite:
        """The plant; where the mapping names no place of its own, it stands where the company does."""
        apart = site.country is not None
        return OpenSite(
            client_id=client.id,
            name=reading.text("site.name", site.name) or client.name,
            address=reading.text("site.address", site.address),
            country=reading.code("site.country", site.country) or client.country,
            province=reading.code("site.province", site.province) or (None if apart else client.province),
        )
