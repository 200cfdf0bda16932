"""What went wrong as a sentence for whoever sits before the screen; None where only a traceback helps us."""

import errno

from pydantic import ValidationError


class InWords(Exception):
    """A fault whose text is written for the operator."""


DISK = {
    errno.ENOSPC: "the disk is full: make room, then start again; nothing that was answered is lost",
    errno.EDQUOT: "the disk quota is used up: make room, then start again; nothing that was answered is lost",
    errno.EFBIG: "the file may not grow further: raise the limit, then start again; nothing that was answered is lost",
    errno.EROFS: "the disk is read-only: make it writable, or give another --data",
    errno.EACCES: "this account may not do that: change the owner, or give another --data",
    errno.EPERM: "this account may not do that: change the owner, or give another --data",
    errno.EEXIST: "a folder is needed there, and it is a file: give another --data",
    errno.ENOTDIR: "a folder is needed on the way, and it is a file: give another path",
}
NEEDS_ROOM_OR_RIGHTS = "is the disk full or read-only? Nothing that was answered is lost"


def sentence_of(error: BaseException) -> str | None:
    """The sentence, for faults that an operator can mend."""
    if isinstance(error, InWords):
        return str(error)
    if isinstance(error, ValidationError) and error.title.endswith("Settings"):
        return "; ".join(_setting(each["loc"], each["msg"]) for each in error.errors(include_input=False))
    if isinstance(error, OSError):
        words = DISK.get(error.errno or 0) or error.strerror or str(error)
        return f"{error.filename}: {words}" if error.filename else words
    return _of_the_rooms(error)


def _of_the_rooms(error: BaseException) -> str | None:
    """Faults of packs, secrets and databases; their modules are loaded here only, others are told sooner."""
    from chassis.log.port import LogAway
    from chassis.log.topics import TopicsDiffer
    from chassis.pack import PackInvalid
    from chassis.store.copies import CopyFailed
    from chassis.store.port import StoreError

    if (
        isinstance(error, CopyFailed | LogAway | PackInvalid | TopicsDiffer)
        or type(error).__module__ == "gateway.signing"
    ):
        return str(error)  # the gateway's code is not there where a service runs alone
    inner = getattr(error, "orig", None) or error
    if type(inner).__module__ == "sqlite3":
        return f"The databases in the data folder cannot be used ({inner}): {NEEDS_ROOM_OR_RIGHTS}"
    if isinstance(error, StoreError):
        return f"The database cannot be used ({error}): {NEEDS_ROOM_OR_RIGHTS}"
    if type(inner).__module__.startswith("asyncpg"):
        return f"PostgreSQL says: {inner}. See OPENRECP_DATABASE; `openrecp migrate all --create` makes what is missing"
    return None


def _setting(place: tuple[int | str, ...], message: str) -> str:
    name = "_".join(str(part) for part in place).upper()
    return f"OPENRECP_{name}: {message}"
