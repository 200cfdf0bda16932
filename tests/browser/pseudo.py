"""The program with its fourth language replaced by nobody's: longer, accented, every sentence in brackets.

What a page shows outside brackets did not come from a catalogue. Run as `python -m tests.browser.pseudo up …`.
"""

import re
from gettext import GNUTranslations

import portal.words
from portal.words import Words

LANGUAGE = "fr"
OPEN, CLOSE = "⟦", "⟧"
ACCENTS = str.maketrans("AaCcEeGgIiNnOoSsUuYyZz", "ÅåÇçÊêĜĝÎîÑñÔôŠšÛûÝýŽž")
PART = re.compile(r"%%|%\(\w+\)[sd]|\{\w*\}|<[^>]*>")
"""What has to stay as it is inside a sentence."""


class Nobodys(GNUTranslations):
    """A catalogue that has an answer to everything; keys that are no sentences it does not know."""

    def gettext(self, message: str) -> str:
        return message if message.startswith(("refusal:", "fault:")) else pseudo(message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return pseudo(msgid1 if n == 1 else msgid2)


def pseudo(sentence: str) -> str:
    """A sentence with accents, and longer by two fifths."""
    said, end = [], 0
    for kept in PART.finditer(sentence):
        said += [sentence[end : kept.start()].translate(ACCENTS), kept[0]]
        end = kept.end()
    said.append(sentence[end:].translate(ACCENTS))
    words = len(PART.sub("", sentence))
    return f"{OPEN}{''.join(said)} {'~ęę ' * (words // 10 + 1)}".rstrip() + CLOSE


def main() -> None:
    real = portal.words.words_of
    nobodys = Words(LANGUAGE, real(LANGUAGE).locale, Nobodys())
    setattr(portal.words, "words_of", lambda language: nobodys if language == LANGUAGE else real(language))  # noqa: B010

    from openrecp.cli import main as program  # it binds `words_of`, so not before

    program()


if __name__ == "__main__":
    main()
