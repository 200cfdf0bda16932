"""The people of one plant's assessment, its firm and its day."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from contracts.principals import Principal

AT = datetime(2025, 6, 2, 3, 0, tzinfo=UTC)
FIRM = UUID(int=500)


@dataclass(frozen=True)
class People:
    """Each is somebody else; the assessor and its colleague work for one firm."""

    assessor: Principal
    colleague: Principal
    reviewer: Principal
    verifier: Principal
    officer: Principal
    client: Principal
