"""Every service of the house by its name, loaded when it is asked for."""

import importlib
from typing import Any

from chassis.service import Running, Service
from chassis.settings import Settings
from chassis.store.port import Store

NAMES = ("clients", "matching", "assessments", "training", "impact", "exchange")


def load(name: str) -> Service:
    """The service of that name, with its code."""
    service: Service = importlib.import_module(f"services.{name}.app").service
    return service


def run_service(name: str, settings: Settings, store: Store, **ground: Any) -> Running:
    """The service of that name on its store, by the settings; `ground` is what it stands on besides."""
    return Running(
        load(name),
        store=store,
        source=settings.source(name),
        notices=settings.notice_settings,
        outside=settings.outside,
        **ground,
    )
