"""One deployment and one Chromium for all browser tests of a process, and visitors to whom nothing odd happens."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser

from tests.browser.chromium import Chromium, Visitor, started
from tests.browser.deployment import Deployment, played
from tests.browser.furniture import Furniture, furnish

Browse = Callable[..., Visitor]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with started() as chromium:
        yield chromium


@pytest.fixture(scope="session")
def deployment(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    """The played demo; it asks for a browser first, so that nothing is played where there is none."""
    running = played(tmp_path_factory.mktemp("browser") / "data")
    yield running
    running.end()


@pytest.fixture(scope="session")
def furniture(deployment: Deployment, tmp_path_factory: pytest.TempPathFactory) -> Furniture:
    return furnish(deployment, tmp_path_factory.mktemp("sheets"))


@pytest.fixture(scope="session")
def chromium(browser: Browser, deployment: Deployment, furniture: Furniture) -> Chromium:
    return Chromium(browser, deployment.url, {name: each.key for name, each in deployment.people.items()})


@pytest.fixture
def browse(chromium: Chromium) -> Iterator[Browse]:
    """`browse("officer", width=360)` is somebody at a browser; at the end nothing odd may have happened to anybody."""
    here: list[Visitor] = []

    def visitor(*args: object, **options: object) -> Visitor:
        here.append(chromium.visitor(*args, **options))  # type: ignore[arg-type]
        return here[-1]

    yield visitor
    for each in here:
        each.context.close()
    assert [odd for each in here for odd in each.watch.odd] == []
