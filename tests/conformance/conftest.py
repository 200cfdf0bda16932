"""Fixtures of the conformance suites."""

from tests.kit.postgres import postgres_cluster, postgres_dsn
from tests.kit.stores import open_store, store

__all__ = ["open_store", "postgres_cluster", "postgres_dsn", "store"]
