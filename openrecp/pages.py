"""The portal in front of a deployment: served by the gateway's process, on the same address."""

from collections.abc import Callable

from starlette.types import ASGIApp

from chassis.clock import Clock
from chassis.settings import Settings
from portal.app import portal


def pages_of(settings: Settings, clock: Clock, signing_key: str) -> Callable[[ASGIApp], ASGIApp]:
    """What makes the pages from a gateway. Its sessions are closed with a secret that follows from the signing key, so
    that all processes of a gateway open them, and a new signing key ends them."""

    def made(door: ASGIApp) -> ASGIApp:
        secure = settings.address.startswith("https://")
        return portal(door, now=clock.now, secret=signing_key.encode(), secure=secure)

    return made
