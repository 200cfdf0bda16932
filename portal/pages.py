"""Templates to pages: one Jinja environment per language, with the figures of its locale."""

from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from portal.figures import Figures
from portal.forms import ONCE, TOKEN
from portal.static_files import address_of
from portal.words import LANGUAGES, words_of

TEMPLATES = Path(__file__).parent / "templates"


@cache
def environment_of(language: str) -> Environment:
    """The templates in one language; a name that a view does not have is an error, never an empty place."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n", "jinja2.ext.do"],
    )
    words = words_of(language)
    made.install_gettext_callables(  # type: ignore[attr-defined]
        words.catalogue.gettext, words.catalogue.ngettext, newstyle=True
    )
    made.policies["ext.i18n.trimmed"] = True
    made.globals |= {"static": address_of, "languages": LANGUAGES, "TOKEN": TOKEN, "ONCE": ONCE}
    return made


def rendered(template: str, figures: Figures, now: datetime, **view: Any) -> str:
    """A template with its view, in the language of these figures; deadlines are counted from `now`."""
    names = ("number", "brief", "percent", "money", "day", "days", "moment")
    shown = {name: getattr(figures, name) for name in names}
    shown["deadline"] = lambda value: figures.deadline(value, now)
    return environment_of(figures.words.language).get_template(template).render(**shown, **view)
