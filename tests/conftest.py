"""Fixtures that every suite may ask for."""

from collections.abc import Iterator

import pytest
import structlog

from tests.kit.postgres import postgres_cluster, postgres_dsn

__all__ = ["postgres_cluster", "postgres_dsn"]


@pytest.fixture(autouse=True)
def logs_as_they_are_by_default() -> Iterator[None]:
    """A test that configures the logs of its process does not deafen the next one."""
    structlog.reset_defaults()
    yield
    structlog.reset_defaults()
