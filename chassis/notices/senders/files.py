"""A notice as a readable file, one each: the form of a laptop and a trial, where nobody is really written to."""

import asyncio
import os
from pathlib import Path

from chassis.notices.senders.port import Message, NotSent


class FileSender:
    """Writes `<kind>-<id>.txt`, readable by its owner only, whole or not at all; the same notice again replaces it."""

    form = "file"

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    async def send(self, message: Message) -> None:
        try:
            await asyncio.to_thread(self._write, message)
        except OSError as error:
            raise NotSent(f"the file could not be written: {type(error).__name__} {error.errno}") from None

    def _write(self, message: Message) -> None:
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = self.folder / f"{message.kind}-{message.id}.txt"
        part = path.with_suffix(".part")
        part.unlink(missing_ok=True)
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as out:
            out.write(_page(message))
            out.flush()
            os.fsync(out.fileno())
        part.replace(path)


def _page(message: Message) -> str:
    head = [f"To: {message.address}", f"Language: {message.language}"]
    head += [f"Subject: {message.subject}"] if message.subject else []
    return "\n".join([*head, "", message.text, ""])
