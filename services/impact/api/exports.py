"""Exports of results to statistics systems elsewhere, and what was exported before."""

from uuid import UUID

from chassis.auth import allow
from chassis.http import Cursor, Limit, Page, problems
from chassis.imports.mappings import NAME, MappingIsInvalid, MappingIsUnknown, mapping_of
from chassis.imports.saved import mapping_text
from chassis.paging import page_of
from chassis.route import Routes, Uow
from contracts.principals import Administrator, Integrator
from services.impact.domain.exports import CodesAreNotMapped, PeriodIsNoYear, YearHasNotBegun, year_of
from services.impact.domain.readers import reach_of
from services.impact.models import Export
from services.impact.schemas.exports import KIND, Dhis2Mapping, ExportImpact, ExportOut, payload
from services.impact.schemas.figures import Covered
from services.impact.use_cases import collect_figures, pack_of

routes = Routes("/v1/impact-exports")


@routes.post(
    "",
    dependencies=allow(Administrator, Integrator),
    responses=problems(MappingIsUnknown, MappingIsInvalid, PeriodIsNoYear, YearHasNotBegun, CodesAreNotMapped),
)
async def export_impact(body: ExportImpact, uow: Uow) -> ExportOut:
    """The figures of a year as a DHIS2 takes them, or in a dry run what stands in the way.

    Figures of too few companies or people are left out, unless the key grants figures. What the mapping does not know
    refuses the export: half a report never leaves.
    """
    named = body.mapping.strip() if NAME.fullmatch(body.mapping.strip()) else None
    text = await mapping_text(uow, KIND, named) if named else body.mapping
    mapping = mapping_of(text, KIND, Dhis2Mapping, pack=uow.pack).part
    today, reach = uow.today(), reach_of(uow.principal)
    year = year_of(body.period, today)
    found = await collect_figures(uow, reach, mapping, year)
    if found.unmapped and not body.dry_run:
        sentences = " ".join(each.sentence for each in found.unmapped.values())
        raise CodesAreNotMapped(period=body.period, codes=sentences.rstrip("."))
    complete_on = today if mapping.complete and today.year > year.last else None
    export = Export(
        id=uow.new_id(),
        version=0,
        format=body.format,
        period=body.period,
        mapping_name=named,
        mapping=text,
        dry_run=body.dry_run,
        made_by=uow.principal.principal_id,
        made_at=uow.now(),
        covered=Covered.by(reach, pack_of(uow).minimum_cell).model_dump(mode="json"),
        figures=len(found.values),
        unmapped=tuple(found.unmapped.values()),
        suppressed=tuple(found.suppressed),
        payload=None if body.dry_run else payload(mapping, year, found.values, complete_on),
    )
    return ExportOut.of(uow.keep(export))


@routes.get("", dependencies=allow(Administrator, Integrator))
async def list_impact_exports(uow: Uow, cursor: Cursor = None, limit: Limit = 50) -> Page[ExportOut]:
    """What was exported, without the payloads; an integrator sees its own."""
    found, following = await page_of(uow, Export, cursor=cursor, limit=limit)
    return Page(items=[ExportOut.of(each, in_full=False) for each in found], next=following)


@routes.get("/{export_id}", dependencies=allow(Administrator, Integrator))
async def read_impact_export(export_id: UUID, uow: Uow) -> ExportOut:
    """An export as it was made, with its payload."""
    return ExportOut.of(await uow.read(Export, export_id))
