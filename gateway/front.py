"""What a proxy in front of the door asks: may this request go straight to its service, and in whose name?"""

# So a proxy that is built to carry bytes carries them, and the door only judges. Whoever asks has to know a secret of
# the deployment; without one there is no such page. What the door would refuse, answer itself or answer in this process
# is a plain no: the proxy then hands the whole request to the door, which says why in its own words.

import hmac

from starlette.requests import Request
from starlette.responses import Response

from chassis.auth import SignInNeeded
from chassis.clock import wall_now
from chassis.store.port import StoreError
from contracts.refusals import NotFound, Refusal
from gateway.door import Gateway, check_rights
from gateway.keyring import REMEMBERED_S, Bearer
from gateway.pages import Page

PLACE = "/front/decision"
SECRET, METHOD, ADDRESS = "x-openrecp-front", "x-openrecp-method", "x-openrecp-uri"
"""What the proxy says: the secret, and of the request its method and its address as it was sent."""
SERVICE, NAME = "X-OpenRECP-Service", "X-OpenRECP-Authorization"
"""What it is told: the service to go to, and the `Authorization` that the service shall see instead of the key."""
NO_STORE = "no-store"


class Front:
    """Answers 204 where a request may pass, else 401 or 403, and never with more than that."""

    def __init__(self, secret: str, door: Gateway) -> None:
        self._secret, self._door = secret.encode(), door
        self._apart = {name for name, each in door.transports.items() if not each.in_process}

    def pages(self) -> dict[str, Page]:
        """The page by its path; none without a secret."""
        return {PLACE: self._page} if self._secret else {}

    async def _page(self, request: Request) -> Response:
        given = request.headers.get(SECRET, "").encode("latin-1")
        if not hmac.compare_digest(given, self._secret):
            raise NotFound(thing="page")
        request.scope["operation"] = "front_decision"
        try:
            return await self._decided(request)
        except (Refusal, StoreError) as error:
            status = 401 if isinstance(error, Refusal) and error.status == 401 else 403
            return Response(status_code=status, headers={"Cache-Control": NO_STORE})

    async def _decided(self, request: Request) -> Response:
        path = request.headers.get(ADDRESS, "").partition("?")[0]
        operation = self._door.permissions.match(request.headers.get(METHOD, ""), path.encode("latin-1"))
        if operation.service not in self._apart:
            raise NotFound(thing="page")  # the door answers it itself
        bearer = await self._door.keyring.bearer(request.scope["headers"])
        if bearer is None:
            raise SignInNeeded  # who comes without a key is counted by the address, which only the door sees
        self._door.limits.of_key(bearer.key_id).check()
        check_rights(bearer.principal, operation)
        told = {NAME: f"Bearer {self._door.mint.token(bearer.principal)}", "Cache-Control": _lasting(bearer)}
        return Response(status_code=204, headers={SERVICE: operation.service, **told})


def _lasting(bearer: Bearer) -> str:
    """How long the proxy may keep it: as long as the door itself remembers a key, and never beyond the key's end."""
    left_s = REMEMBERED_S if bearer.expires_at is None else (bearer.expires_at - wall_now()).total_seconds()
    seconds = int(min(left_s, REMEMBERED_S))
    return f"max-age={seconds}" if seconds > 0 else NO_STORE
