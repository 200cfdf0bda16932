"""Whose plant this is."""

from api_client import Trouble
from portal.visit import Visit


def own_client(visit: Visit) -> str:
    """The company that the visitor speaks for; nobody else has a plant here."""
    if visit.me is None or not visit.has("client") or visit.me["client_id"] is None:
        raise Trouble(403, {"code": "not_allowed"})
    return str(visit.me["client_id"])
