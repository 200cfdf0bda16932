"""Mappings of exports that are kept under a name, to be used again."""

from uuid import UUID

from chassis.auth import allow
from chassis.http import Cursor, Limit, Page, problems
from chassis.imports.mappings import MappingIsInvalid, mapping_of
from chassis.imports.saved import (
    MappingNameIsTaken,
    NameSought,
    SavedMappingOut,
    SaveMapping,
    find_mapping,
    page_of_mappings,
    save_mapping,
)
from chassis.route import Routes, Uow
from contracts.principals import Administrator, Integrator
from services.impact.schemas.exports import KIND, Dhis2Mapping

routes = Routes("/v1/impact-export-mappings")


@routes.get("", dependencies=allow(Administrator, Integrator))
async def list_impact_export_mappings(
    uow: Uow, name: NameSought = None, cursor: Cursor = None, limit: Limit = 50
) -> Page[SavedMappingOut]:
    """The newest edition under each name; with `name`, every edition of it."""
    return await page_of_mappings(uow, KIND, name=name, cursor=cursor, limit=limit)


@routes.post(
    "", dependencies=allow(Administrator, Integrator), responses=problems(MappingIsInvalid, MappingNameIsTaken)
)
async def save_impact_export_mapping(body: SaveMapping, uow: Uow) -> SavedMappingOut:
    """Save a mapping that holds no fault. A name belongs to whoever saved it first; saved again it gets another
    edition, and exports that name it take the newest."""
    checked = mapping_of(body.mapping, KIND, Dhis2Mapping, pack=uow.pack)
    return SavedMappingOut.of(await save_mapping(uow, KIND, body, checked))


@routes.get("/{mapping_id}", dependencies=allow(Administrator, Integrator))
async def read_impact_export_mapping(mapping_id: UUID, uow: Uow) -> SavedMappingOut:
    """One edition of a mapping."""
    return SavedMappingOut.of(await find_mapping(uow, KIND, mapping_id))
