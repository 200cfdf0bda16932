"""The portal's design as rules: colours by name, one set of classes, nothing from outside, no word untranslated."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.architecture import sheets
from tests.architecture.tree import ROOT

Check = Callable[[str], Iterator[str]]
THE_SHEET = sheets.PORTAL / "static" / "portal.css"
CALLED_BY_SCRIPT = frozenset({"htmx-request"})


def _in(files: list[Path], check: Check) -> list[str]:
    assert files
    return [f"{file.relative_to(ROOT)}: {words}" for file in files for words in check(file.read_text("utf-8"))]


def _class_names() -> frozenset[str]:
    return frozenset().union(*(sheets.classes_of(each.read_text("utf-8")) for each in sheets.sheets()))


def test_every_colour_has_a_name() -> None:
    assert list(sheets.stray_colours(sheets.without_tokens(THE_SHEET.read_text("utf-8")))) == []
    others = [each for each in sheets.sheets() if each != THE_SHEET]
    assert _in([*others, *sheets.templates(), *sheets.scripts(), *sheets.modules()], sheets.stray_colours) == []


def test_nothing_is_asked_of_another_host() -> None:
    assert _in([*sheets.sheets(), *sheets.templates(), *sheets.scripts()], sheets.addresses_outside) == []


def test_style_stands_in_the_sheets() -> None:
    assert _in(sheets.templates(), sheets.stray_styles) == []
    rooms = [each for each in sheets.modules() if each.parent.name != "charts"]
    assert _in(rooms, sheets.stray_styles) == []


def test_every_class_has_a_rule() -> None:
    known = _class_names() | CALLED_BY_SCRIPT
    charts = [each for each in sheets.modules() if each.parent.name == "charts"]
    used = {
        name: file for file in [*sheets.templates(), *charts] for name in sheets.classes_in(file.read_text("utf-8"))
    }
    assert {name: str(file.relative_to(ROOT)) for name, file in used.items() if name not in known} == {}


def test_every_rule_has_a_class_that_is_used() -> None:
    sources = "\n".join(each.read_text("utf-8") for each in [*sheets.templates(), *sheets.modules(), *sheets.scripts()])
    words = set(sheets.NAME.findall(sources))
    assert sorted(name for name in _class_names() if name not in words) == []


def test_every_word_goes_through_the_catalogues() -> None:
    assert _in(sheets.templates(), sheets.unsaid) == []


def test_every_picture_has_words_and_every_text_is_escaped() -> None:
    assert _in(sheets.templates(), sheets.images_without_words) == []
    assert _in(sheets.templates(), sheets.unescaped) == []


@pytest.mark.parametrize(("front", "ground", "least"), sheets.PAIRS, ids=str)
def test_colours_stand_far_enough_apart(front: str, ground: str, least: float) -> None:
    named = sheets.tokens(THE_SHEET.read_text("utf-8"))
    assert sheets.contrast(named[front], named[ground]) >= least


def test_contrast_is_counted_as_wcag_counts_it() -> None:
    assert sheets.contrast("#000", "#ffffff") == pytest.approx(21)
    assert sheets.contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)
    assert sheets.contrast("#fff", "#fff") == pytest.approx(1)


@pytest.mark.parametrize(
    ("check", "source"),
    [
        (sheets.stray_colours, ".a{color:#0b5345}"),
        (sheets.stray_colours, ".a{color:rgba(0,0,0,.2)}"),
        (sheets.stray_colours, '<svg fill="#fff">'),
        (sheets.addresses_outside, '<script src="https://cdn.example/x.js">'),
        (sheets.addresses_outside, "@import url(http://fonts.example)"),
        (sheets.addresses_outside, '<img src="//tracker.example/x.gif">'),
        (sheets.stray_styles, '<p style="color:red">'),
        (sheets.stray_styles, '<i style="width:{{ 1 }}%;color:red">'),
        (sheets.unsaid, "<p>Nothing here</p>"),
        (sheets.unsaid, "<p>{{ count }} offers</p>"),
        (sheets.unsaid, '<nav aria-label="Sections">'),
        (sheets.unsaid, '{{ f.text(form, "name", "Name of the company") }}'),
        (sheets.unsaid, '{{ "Nothing" if empty else words }}'),
        (sheets.images_without_words, '<img src="{{ x }}">'),
        (sheets.unescaped, "{{ note|safe }}"),
        (sheets.unescaped, "{% autoescape false %}{{ note }}{% endautoescape %}"),
    ],
)
def test_a_planted_fault_is_found(check: Check, source: str) -> None:
    assert list(check(source))


@pytest.mark.parametrize(
    ("check", "source"),
    [
        (sheets.stray_colours, '<a href="#main">{{ _("Skip") }}</a> &#8211; .a{color:var(--ink)}'),
        (sheets.addresses_outside, '<a href="/docs">'),
        (sheets.stray_styles, '<span class="meter"><i style="width:{{ share }}%"></i></span>'),
        (sheets.unsaid, '<p>{{ _("Nothing here") }} · {% trans count=n %}{{ count }} offers{% endtrans %}</p>'),
        (sheets.unsaid, '<td class="num {{ "wrong" if x }}" data-l="{{ _("Saving") }}">{{ visit.words("Some") }}</td>'),
        (sheets.unsaid, '{{ f.text(form, "name", _("Name"), mode="decimal") }} {{ visit.name("provinces", code) }}'),
        (sheets.images_without_words, '<img src="{{ x }}" alt="">'),
    ],
)
def test_what_is_as_it_should_be_passes(check: Check, source: str) -> None:
    assert list(check(source)) == []


def test_classes_are_read_where_they_stand() -> None:
    assert sheets.classes_of('.a.b>c{x:y}@media print{.d:hover{z:".no"}}/* .e */') == {"a", "b", "d"}
    source = '<p class="tag {{ kind }} x{{ y }}z {% if a %}wrong{% endif %}"><i class="bar {}">'
    assert sheets.classes_in(source) == {"tag", "wrong", "bar"}
