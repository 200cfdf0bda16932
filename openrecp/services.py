"""Every service of the house by its name, loaded when it is asked for."""

import importlib

from chassis.service import Service

NAMES = ("clients", "matching", "assessments", "training", "impact", "exchange")


def load(name: str) -> Service:
    """The service of that name, with its code."""
    service: Service = importlib.import_module(f"services.{name}.app").service
    return service
