"""Templates to pages: one Jinja environment per language, with the figures of its locale."""

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from portal.forms import ONCE, TOKEN
from portal.static_files import address_of
from portal.words import LANGUAGES, words_of

if TYPE_CHECKING:
    from portal.visit import Visit

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


class Pages:
    """Renders a template for a visit."""

    def render(self, template: str, visit: "Visit", **view: Any) -> str:
        figures = visit.figures
        names = ("number", "brief", "percent", "money", "day", "days", "moment")
        shown = {name: getattr(figures, name) for name in names}
        shown["deadline"] = lambda value: figures.deadline(value, visit.now)
        return environment_of(visit.words.language).get_template(template).render(visit=visit, **shown, **view)
