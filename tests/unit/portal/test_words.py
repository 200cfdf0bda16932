"""The catalogues: every sentence is found, and whatever is wrong with a translation is said."""

import ast
import json
from pathlib import Path

import pytest
from babel.messages.pofile import write_po

from portal.catalogues import OPENAPI, PORTAL, Rooms, english_faults, faults, kept_in, main, rooms_of, update

PYTHON = """
TITLE = N_("Clients")
said = {"gone": N_("It is gone, "
                   "for good.")}
async def show(visit, form):
    visit.words("Write %(most)s %%.", most=3)
    form.words.counted("%(num)s row", "%(num)s rows", 3)
    visit.words(TITLE)
"""
PAGE = """{% extends "base.html" %}
<h1>{{ _("Clients") }}</h1>{{ _("Half is 50 %%.") }}
{% trans count=n %}{{ count }} client
  waits.{% pluralize %}{{ count }} clients wait.{% endtrans %}
{% trans %}All is 100 % done.{% endtrans %}
"""
DOCUMENT = {
    "paths": {
        "/v1/x": {
            "get": {
                "responses": {
                    "200": {"description": "`shown`: not a refusal."},
                    "409": {
                        "description": "`too_late`: It ended {ended_at}. `not_named`: Send `mapping` or `name`.",
                        "content": {"application/problem+json": {}},
                    },
                }
            }
        }
    }
}
VI = {
    "Clients": "Khách hàng",
    "It is gone, for good.": "Nó đã mất hẳn.",
    "Write %(most)s %%.": "Ghi %(most)s %%.",
    "Half is 50 %%.": "Một nửa là 50 %%.",
    "All is 100 %% done.": "Xong 100 %%.",
    "%(num)s row": "%(num)s hàng",
    "%(count)s client waits.": "%(count)s khách hàng chờ.",
    "refusal:too_late": "Kết thúc lúc {ended_at}.",
    "Work": "Việc",
    "Officer": "Cán bộ",
    "Help": "Trợ giúp",
    "refusal:not_named": "Gửi `mapping` hoặc `name`.",
}


@pytest.fixture
def rooms(tmp_path: Path) -> Rooms:
    for path, text in (
        ("portal/clients/pages.py", PYTHON),
        ("portal/work/pages.py", 'N_("Work")\nN_("Clients")'),
        ("portal/visit.py", 'N_("Officer")'),
        ("portal/templates/clients/list.html", PAGE),
        ("portal/templates/base.html", '{{ _("Help") }}'),
        ("openapi.json", json.dumps(DOCUMENT)),
    ):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")
    return rooms_of(tmp_path / "portal", tmp_path / "openapi.json")


def _translated(folder: Path, rooms: Rooms, language: str = "vi", **changed: str) -> Path:
    """Catalogues of a language with everything in words, changed where a test says so."""
    locale = folder / "portal" / "locale"
    update(language, rooms, locale)
    for file in (locale / language).glob("*.po"):
        catalogue = kept_in(file, language)
        for message in catalogue:
            name = message.id if isinstance(message.id, str) else message.id[0]
            if name:
                words = changed.get(name.partition(" ")[0], VI[name])
                message.string = words if isinstance(message.id, str) else (words,)
        with file.open("wb") as written:
            write_po(written, catalogue)
    update(language, rooms, locale)
    return locale


def test_every_sentence_is_found_in_its_room_and_a_shared_one_in_the_shell(rooms: Rooms) -> None:
    assert {room: sorted(each) for room, each in rooms.items()} == {
        "shell": ["Clients", "Help", "Officer", "Work"],
        "clients": [
            "%(count)s client waits.",
            "%(num)s row",
            "All is 100 %% done.",
            "Half is 50 %%.",
            "It is gone, for good.",
            "Write %(most)s %%.",
        ],
        "refusals": ["refusal:not_named", "refusal:too_late"],
    }
    assert rooms["refusals"]["refusal:not_named"].english == "Send `mapping` or `name`."
    assert rooms["clients"]["%(num)s row"].key == ("%(num)s row", "%(num)s rows")


def test_whole_catalogues_have_no_fault(rooms: Rooms, tmp_path: Path) -> None:
    assert list(faults("vi", rooms, _translated(tmp_path, rooms))) == []


def test_without_files_everything_is_missing(rooms: Rooms, tmp_path: Path) -> None:
    told = list(faults("km", rooms, tmp_path / "none"))
    assert "km/refusals.po: missing: refusal:too_late" in told
    assert len(told) == 12


PLANTED = {
    "it is not translated": ({"Help": ""}, "vi/shell.po: not translated: Help"),
    "another fact": ({"Write": "Ghi %(least)s %%."}, "vi/clients.po: other facts are named: Write %(most)s %%."),
    "a fact less": ({"Write": "Ghi."}, "vi/clients.po: other facts are named: Write %(most)s %%."),
    "a fact misspelt": ({"Write": "Ghi %(most) s %%."}, "vi/clients.po: other facts are named: Write %(most)s %%."),
    "a hole of a refusal": (
        {"refusal:too_late": "Kết thúc lúc {ended}."},
        "vi/refusals.po: other facts are named: refusal:too_late",
    ),
    "a number that is not named": ({"%(num)s": "hàng"}, "vi/clients.po: other facts are named: %(num)s row"),
    "a percent sign": ({"Half": "Một nửa là 50 %."}, "vi/clients.po: a percent sign is not doubled: Half is 50 %%."),
    "English": ({"Help": "Help"}, "vi/shell.po: left in English: Help"),
    "a refusal in English": (
        {"refusal:too_late": "It ended {ended_at}."},
        "vi/refusals.po: left in English: refusal:too_late",
    ),
}


@pytest.mark.parametrize("planted", PLANTED)
def test_what_is_wrong_with_a_translation_is_said(planted: str, rooms: Rooms, tmp_path: Path) -> None:
    changed, said = PLANTED[planted]
    assert said in list(faults("vi", rooms, _translated(tmp_path, rooms, **changed)))


def test_in_khmer_and_lao_a_letter_of_another_script_is_no_translation(rooms: Rooms, tmp_path: Path) -> None:
    locale = _translated(tmp_path, rooms, "km", Help="ជំនួយ")
    told = list(faults("km", rooms, locale))
    assert "km/shell.po: left in English: Work" in told  # it is said in Vietnamese there
    assert not [each for each in told if each.endswith(": Help")]


def test_fuzzy_and_foreign_and_unused_entries_are_said(rooms: Rooms, tmp_path: Path) -> None:
    locale = _translated(tmp_path, rooms)
    shell = locale / "vi" / "shell.po"
    text = shell.read_text(encoding="utf-8").replace('msgid "Help"', '#, fuzzy\nmsgid "Help"')
    shell.write_text(
        text + '\nmsgid "Elsewhere"\nmsgstr "Nơi khác"\n\n#~ msgid "Old"\n#~ msgstr "Cũ"\n', encoding="utf-8"
    )
    assert list(faults("vi", rooms, locale)) == [
        "vi/shell.po: nobody says this here: Elsewhere",
        "vi/shell.po: out of use: Old",
        "vi/shell.po: fuzzy: Help",
    ]


def test_an_update_changes_nothing_where_nothing_changed(rooms: Rooms, tmp_path: Path) -> None:
    locale = _translated(tmp_path, rooms)
    before = {file.name: file.read_bytes() for file in (locale / "vi").iterdir()}
    update("vi", rooms, locale)
    assert {file.name: file.read_bytes() for file in (locale / "vi").iterdir()} == before
    assert b"Native review is open" in before["clients.po"]
    assert b"#. It ended {ended_at}." in before["refusals.po"]
    assert b"pages.py" not in before["clients.po"]


def test_a_translation_goes_along_when_its_sentence_moves_and_waits_when_it_is_unsaid(
    rooms: Rooms, tmp_path: Path
) -> None:
    locale = _translated(tmp_path, rooms)
    moved = {**rooms, "shell": dict(rooms["shell"]), "clients": dict(rooms["clients"])}
    moved["clients"]["Help"] = moved["shell"].pop("Help")
    del moved["shell"]["Officer"]
    update("vi", moved, locale)
    assert kept_in(locale / "vi" / "clients.po", "vi")["Help"].string == "Trợ giúp"
    assert list(faults("vi", moved, locale)) == ["vi/shell.po: out of use: Officer"]
    update("vi", rooms, locale)
    assert list(faults("vi", rooms, locale)) == []
    update("vi", moved, locale, forget=True)
    assert list(faults("vi", moved, locale)) == []


def test_english_that_would_break_on_a_page_is_said(tmp_path: Path) -> None:
    (tmp_path / "visit.py").write_text('N_("Half is 50 %.")', encoding="utf-8")
    rooms = rooms_of(tmp_path, OPENAPI)
    assert list(english_faults(rooms)) == ["en/shell: a percent sign is not doubled: Half is 50 %."]


def test_the_portal_says_nothing_that_would_break() -> None:
    rooms = rooms_of()
    assert list(english_faults(rooms)) == []
    assert "refusal:offer_has_expired" in rooms["refusals"]
    assert {"Sign in", "Imports"} <= {name for room in rooms.values() for name in room}
    packages = {each.parent.name for each in PORTAL.glob("*/__init__.py")} | {"shell", "refusals"}
    assert set(rooms) <= packages


def test_no_sentence_of_the_code_is_overlooked() -> None:
    """What stands inside an f-string, or is one of two in a condition, no extraction finds."""
    known = {text for room in rooms_of().values() for each in room.values() for text in each.texts}
    overlooked = [
        f"{path.relative_to(PORTAL)}:{call.lineno}: {text}"
        for path in PORTAL.rglob("*.py")
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call) and _called(call) in ("words", "counted", "N_", "_")
        for text in _texts(call)
        if text not in known
    ]
    assert overlooked == []


def _called(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def _texts(call: ast.Call) -> list[str]:
    found = [each for place in call.args[:1] for each in ast.walk(place) if isinstance(each, ast.Constant)]
    return [each.value for each in found if isinstance(each.value, str)]


def test_the_command_writes_says_and_answers_by_its_exit_code(
    rooms: Rooms, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    portal, document = tmp_path / "portal", tmp_path / "openapi.json"
    with pytest.raises(SystemExit):
        main([], portal, document)
    assert main(["--check", "--language", "vi"], portal, document) == 1
    assert main(["--update"], portal, document) == 0
    assert {each.name for each in (portal / "locale").iterdir()} == {"vi", "km", "lo", "fr"}
    assert main(["--check", "--language", "vi"], portal, document) == 1
    assert "vi/shell.po: not translated: Help" in capsys.readouterr().err
    _translated(tmp_path, rooms)
    assert main(["--check", "--language", "vi"], portal, document) == 0
    assert capsys.readouterr().out == "12 sentences in 3 files a language, 0 faults.\n"
