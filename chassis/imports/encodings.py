"""How the bytes of a sender's file are written: which encoding, or no text at all."""

import codecs
import io
from dataclasses import dataclass

from chassis.jobs import JobFailed

SAMPLE = 65_536
PIECE = 1_000_000
CONTROLS_IN_BINARY = 0.02
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_OF_PROGRAMS = frozenset({"punycode", "unicode-escape", "raw-unicode-escape"})
"""What Python writes names and its own source in: no program of a sender saves a table so."""
_CONTROLS = bytes(set(range(32)) - {9, 10, 12, 13, 26, 27})


@dataclass(frozen=True, slots=True)
class Encoding:
    """Its name for Python, and whether it is only a guess that somebody should look at."""

    name: str
    guessed: bool = False


def encoding_of(content: bytes, *, stated: str | None = None) -> Encoding:
    """The encoding somebody stated, a byte order mark shows, or the bytes suggest; raises `JobFailed` for no text."""
    if not content.strip(b"\0 \t\r\n"):
        raise JobFailed("file_is_empty", "The file is empty: nothing was sent.")
    if stated is not None:
        return Encoding(_known(stated))
    marked = next((name for mark, name in _BOMS if content.startswith(mark)), None)
    if marked is not None:
        return Encoding(marked)
    sixteen = _sixteen_bits(content[:SAMPLE])
    if sixteen is not None:
        return Encoding(sixteen, guessed=True)
    _require_text(content[:SAMPLE])
    return Encoding("utf-8") if _is_utf8(content) else _guess(content)


def _known(stated: str) -> str:
    try:
        io.TextIOWrapper(io.BytesIO(), encoding=stated)  # refuses what is a codec, but none of text
        codecs.getincrementaldecoder(stated)("replace").decode(b"A1, ")  # and what reads names only, as idna does
        name = codecs.lookup(stated).name
    except (LookupError, ValueError):
        name = None
    if name is None or name.replace("_", "-") in _OF_PROGRAMS:
        raise JobFailed("encoding_is_unknown", f"There is no encoding {stated!r}: correct [file] encoding.")
    return name


def _sixteen_bits(sample: bytes) -> str | None:
    """Western text in UTF-16 has a NUL in every other place."""
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    half = max(len(sample) // 2, 1)
    if max(even, odd) / half < 0.4 or min(even, odd) / half > 0.1:
        return None
    return "utf-16-le" if odd > even else "utf-16-be"


def _require_text(sample: bytes) -> None:
    controls = len(sample) - len(sample.translate(None, _CONTROLS))
    if controls > max(len(sample) * CONTROLS_IN_BINARY, 3):
        raise JobFailed("file_is_not_text", "This is no text: send CSV or JSON (unpacked, not a picture or PDF).")


def _is_utf8(content: bytes) -> bool:
    """Whether all of it decodes; a last character cut in two is no other encoding, but a cut file."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for start in range(0, len(content), PIECE):
            decoder.decode(content[start : start + PIECE])
    except UnicodeDecodeError:
        return False
    return True


def _guess(content: bytes) -> Encoding:
    from charset_normalizer import from_bytes

    strange = next(place for place, byte in enumerate(content) if byte > 127)
    best = from_bytes(content[max(strange - 1_000, 0) : strange + SAMPLE]).best()
    if best is None:
        raise JobFailed(
            "encoding_is_not_recognised",
            "The encoding cannot be recognised: save the file as UTF-8, or name it in the mapping ([file] encoding).",
        )
    return Encoding(best.encoding, guessed=True)
