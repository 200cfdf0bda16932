"""A throw-away PostgreSQL cluster for tests."""

import os
from collections.abc import Callable, Iterator
from typing import NoReturn

import pytest

from deploy.local.postgres import Cluster, NoServer, binaries

NewDatabase = Callable[..., str]
__all__ = ["Cluster", "NewDatabase", "NoServer", "binaries", "cluster_or_skip", "postgres_cluster", "postgres_dsn"]


def need_server() -> None:
    """A loud skip where no server can be had, and a failure under REQUIRE_ALL=1."""
    try:
        binaries()
    except NoServer as reason:
        _without(reason)


def _without(reason: NoServer) -> NoReturn:
    if os.environ.get("REQUIRE_ALL") == "1":
        pytest.fail(f"REQUIRE_ALL=1: {reason}", pytrace=False)
    pytest.skip(str(reason))


def cluster_or_skip() -> Cluster:
    """A started cluster; where none can be had a loud skip, and a failure under REQUIRE_ALL=1."""
    try:
        cluster = Cluster(binaries())
        try:
            cluster.start()
        except BaseException:
            cluster.stop()
            raise
        return cluster
    except NoServer as reason:
        _without(reason)


@pytest.fixture(scope="session")
def postgres_cluster() -> Iterator[Cluster]:
    """One server per test process; xdist's workers have one each."""
    cluster = cluster_or_skip()
    yield cluster
    cluster.stop()


@pytest.fixture
def postgres_dsn(postgres_cluster: Cluster) -> Iterator[NewDatabase]:
    """A factory of fresh databases: `postgres_dsn()` or `postgres_dsn(template="migrated")` gives a DSN."""
    made: list[str] = []

    def fresh(template: str = "template1") -> str:
        made.append(postgres_cluster.database(template))
        return made[-1]

    yield fresh
    for dsn in made:
        postgres_cluster.drop(dsn)
