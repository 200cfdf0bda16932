"""Every operation says who may do it, exactly once; every aggregate says whose rows are whose."""

import importlib
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from chassis import admin
from chassis.auth import allow
from chassis.route import Route, Routes
from chassis.service import Service
from chassis.store.mapping import mapped_classes
from contracts.principals import Administrator, Officer
from gateway import api as door
from tests.architecture.tree import ROOT, modules, services
from tests.kit.stores import metadata as things

NAMES = [path.name for path in services(ROOT) if (path / "app.py").exists()]
every_service = pytest.mark.parametrize("name", NAMES)


def _load(name: str) -> Service:
    service: Service = importlib.import_module(f"services.{name}.app").service
    return service


@every_service
def test_every_operation_declares_its_roles(name: str) -> None:
    routes = [route for each in _load(name).routes for route in each.routes]
    assert routes
    for route in routes:
        assert isinstance(route, Route)
        assert route.roles


def test_every_operation_of_the_door_declares_its_roles() -> None:
    found = [route for each in vars(door).values() if isinstance(each, Routes) for route in each.routes]
    assert found
    assert all(isinstance(route, Route) and route.roles for route in found)


def test_every_operation_of_the_administration_is_the_administrators() -> None:
    roles = {frozenset(route.roles) for route in admin.routes.routes if isinstance(route, Route)}
    assert roles == {frozenset({Administrator})}


@pytest.mark.parametrize("dependencies", [[], allow(Officer) + allow(Administrator)], ids=["none", "two"])
def test_an_operation_without_its_roles_or_with_two_sets_of_them_does_not_start(dependencies: Any) -> None:
    routes = Routes("/v1/things")

    async def list_things() -> None: ...

    with pytest.raises(TypeError, match="exactly once"):
        routes.get("", dependencies=dependencies)(list_things)


def test_an_operation_for_nobody_does_not_start() -> None:
    with pytest.raises(TypeError):
        allow()


def test_no_service_routes_around_the_rules() -> None:
    for module in modules(ROOT, "services"):
        assert not module.imported & {"starlette.routing", "fastapi.routing", "starlette.applications"}, module.path
        assert not {name for name in ("APIRouter(", "FastAPI(") if name in module.text}, module.path


@every_service
def test_every_aggregate_has_a_row_scope(name: str) -> None:
    service = _load(name)
    own = set(service.metadata.tables.values())
    aggregates = {cls for cls, each in mapped_classes.items() if each.table in own and each.is_aggregate}
    assert aggregates <= set(service.scopes or {})


def test_a_service_without_a_row_scope_for_an_aggregate_does_not_start(tmp_path: Path) -> None:
    with pytest.raises(TypeError, match="no row scope for Thing"):
        Service(name="things", folder=tmp_path, metadata=things)
    with pytest.raises(TypeError, match="no row scope for Thing"):
        Service(name="things", folder=tmp_path, metadata=things, scopes={sa.Table: lambda who: sa.true()})
