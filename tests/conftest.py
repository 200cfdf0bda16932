"""Fixtures that every suite may ask for."""

from tests.kit.postgres import postgres_cluster, postgres_dsn

__all__ = ["postgres_cluster", "postgres_dsn"]
