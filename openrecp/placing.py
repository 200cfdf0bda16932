"""A file in its place: whole, or not at all."""

import os
import tempfile
from pathlib import Path

from openrecp.sentences import InWords


class CannotBeWritten(InWords):
    """The place for a file is not there, or not ours."""


def place(target: Path, content: bytes) -> None:
    """Put the file in its place whole, or leave what was there; whoever watches the folder never sees half of it.

    Until it is whole its name begins with a dot and ends otherwise than the file's.
    """
    partial: Path | None = None
    try:
        with tempfile.NamedTemporaryFile(dir=target.parent, prefix=".openrecp-", delete=False) as file:
            partial = Path(file.name)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        partial.chmod(0o644 & ~_mask())
        partial.replace(target)
    except OSError as error:
        if partial is not None:
            partial.unlink(missing_ok=True)
        raise CannotBeWritten(f"{target} cannot be written: {error.strerror}.") from None


def _mask() -> int:
    """What new files are not to be allowed here."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
