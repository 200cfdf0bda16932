"""Reading a sender's file: what it is, its rows, and what is wrong with it."""

import json
from typing import Any

import pytest

from chassis.imports import sheets
from chassis.imports.sheets import Sheet
from chassis.jobs import JobFailed

NAMES = "Mã;Tên\n01;Công ty Cổ phần Nước Sạch\n02;Nhà máy Đường\n"


def _cells(content: bytes, **stated: Any) -> list[dict[str, str]]:
    return [row.cells for row in Sheet(content, **stated).rows()]


def _failure(content: bytes, **stated: Any) -> str:
    with pytest.raises(JobFailed) as failed:
        Sheet(content, **stated).survey()
    assert failed.value.sentence.endswith(".")
    return failed.value.code


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "utf-16-le"])
def test_unicode_is_recognised_with_and_without_a_mark(encoding: str) -> None:
    text = "Code;Name\n" + "".join(f"{number:03};Plant of water\n" for number in range(20))
    sheet = Sheet(text.encode(encoding))
    assert [row.cells["Code"] for row in sheet.rows()][:2] == ["000", "001"]
    assert sheet.survey().encoding_guessed == (encoding == "utf-16-le")


def test_another_encoding_is_guessed_and_said_to_be() -> None:
    text = "nom;ville\n" + "Société générale d'électricité;Orléans\nÉts. Lefèvre;Besançon\n" * 20
    survey = Sheet(text.encode("cp1252")).survey()
    assert survey.encoding_guessed
    assert _cells(text.encode("cp1252"))[0]["nom"].startswith("Société")


@pytest.mark.parametrize(
    ("encoding", "word"),
    [
        ("cp1251", "имя;Завод цемента;Москва"),
        ("shift_jis", "名前;工場の名前;東京"),
        ("gb18030", "名称;水泥厂有限公司;北京"),
        ("cp874", "ชื่อ;บริษัท น้ำตาล จำกัด;กรุงเทพ"),
        ("cp1250", "jméno;Železárny Třinec;Ostrava"),
        ("cp1256", "اسم;شركة الاسمنت;القاهرة"),
        ("euc_kr", "이름;시멘트 공장;서울"),
        ("cp1258", "Ma\u0303;Công ty Cô\u0309 phâ\u0300n Nươ\u0301c;Hà Nô\u0323i"),
    ],
)
def test_the_encodings_that_countries_use_are_guessed(encoding: str, word: str) -> None:
    content = "\n".join(["a;b;c", *[word] * 20, ""]).encode(encoding)
    assert list(_cells(content)[0].values()) == word.split(";")


def test_a_title_above_the_table_does_not_mislead_the_separator() -> None:
    sheet = Sheet(b"A list, made by us, of mills\n\nid;name\n1;a\n2;b\n3;c\n", wanted=("id", "name"))
    assert (sheet.separator, sheet.survey().header_row) == (";", 3)
    assert [(row.number, row.cells["id"]) for row in sheet.rows()] == [(4, "1"), (5, "2"), (6, "3")]


def test_a_stated_encoding_is_taken_at_its_word() -> None:
    assert _cells("a,b\n1,ã\n".encode("cp1252"), encoding="cp1252")[0]["b"] == "ã"
    assert _failure(b"a,b\n1,2\n", encoding="klingon") == "encoding_is_unknown"
    assert _failure(b"a,b\n1,2\n", encoding="base64") == "encoding_is_unknown"
    assert _failure("a,b\n1,ã\n".encode("cp1252"), encoding="utf-8") == "encoding_does_not_fit"


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_the_separator_is_guessed(separator: str) -> None:
    text = separator.join(["code", "name", "price"]) + "\n" + separator.join(["01", "A b", "5"]) + "\n"
    sheet = Sheet(text.encode())
    assert sheet.separator == separator
    assert next(iter(sheet.rows())).cells == {"code": "01", "name": "A b", "price": "5"}


def test_commas_inside_cells_do_not_mislead_the_guess() -> None:
    assert Sheet(b"id;text\n1;a, b, c\n2;d, e, f\n").separator == ";"
    assert _cells(b"id;text\n1;a\n", separator=",") == [{"id;text": "1;a"}]


def test_rows_are_counted_as_a_spreadsheet_counts_them() -> None:
    content = b'id,text\n1,"two\nlines"\n\n2,b\n,\n3,c\n'
    assert [(row.number, row.cells["id"]) for row in Sheet(content).rows()] == [(2, "1"), (4, "2"), (6, "3")]
    assert Sheet(content).survey().rows == 3


def test_codes_stay_text_and_headers_lose_hidden_characters() -> None:
    assert _cells("\ufeffM\u200bã , b \n007,1.50\n".encode()) == [{"Mã": "007", "b": "1.50"}]


def test_json_cells_are_texts_as_they_were_written() -> None:
    rows = [{"id": 1, "code": "01", "share": 1.50, "goals": ["a", "b"], "open": True, "none": None}]
    content = json.dumps(rows).replace("1.5,", "1.50,").encode()
    assert _cells(content) == [{"id": "1", "code": "01", "share": "1.50", "goals": "a\nb", "open": "true", "none": ""}]


def test_json_columns_are_those_of_all_rows() -> None:
    survey = Sheet(b'[{"a": 1}, {"b": 2}]').survey()
    assert (survey.format, survey.columns, survey.rows, survey.separator) == ("json", ("a", "b"), 2, None)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "file_is_empty"),
        (b" \n\n", "file_is_empty"),
        (b"\xef\xbb\xbf\n", "file_is_empty"),
        (b"id,name\n", "file_has_no_rows"),
        (b"[]", "file_has_no_rows"),
        (b"PK\x03\x04rest of a workbook", "workbook_is_broken"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(range(256)), "file_is_not_text"),
        (b"id,name\n1,a\n2,b\n3", "file_is_cut_off"),
        (b'id,name\n1,"a', "file_is_cut_off"),
        ("id,name\n1,Nướ".encode()[:-1], "file_is_cut_off"),
        ("id,name\n1,abc".encode("utf-16")[:-1], "file_is_cut_off"),
        (b'[{"id": 1}, {"id": 2', "file_is_cut_off"),
        (b'[{"id": 1}, {"id": "2', "file_is_cut_off"),
        (b'[{"id": 1}', "file_is_cut_off"),
        (b'[{"id": 1} {"id": 2}]', "file_is_not_json"),
        (b"[{id: 1}]", "file_is_not_json"),
        (b'{"id": 1}', "file_is_no_list"),
        (b"[" * 100_000, "json_is_nested_too_deep"),
        (b'id,name\n1,"a" b\n', "file_is_not_csv"),
        (b"id,name\n1," + b"x" * 140_000 + b"\n", "cell_is_too_long"),
        (b"id,name,id\n1,a,2\n", "header_stands_twice"),
        (b",".join(b"c%d" % n for n in range(1_001)) + b"\n" + b"," * 1_000 + b"1\n", "file_is_too_large"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_as_a_whole(content: bytes, code: str) -> None:
    assert _failure(content) == code


def test_too_many_rows_are_refused_before_one_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "MOST_ROWS", 2)
    assert _failure(b"id\n1\n2\n3\n") == "file_is_too_large"


@pytest.mark.parametrize(
    ("content", "code", "column"),
    [
        (b"id,name,place\n1,a\n2,b,c\n", "row_is_ragged", ""),
        (b"id,name\n1,a,surplus\n2,b\n", "row_is_ragged", ""),
        (b"id,name\n1,a\x00b\n2,b\n", "cell_is_broken", "name"),
        (b'[{"id": 1, "name": "\\ud800"}, {"id": 2}]', "cell_is_broken", "name"),
        (b'[{"id": 1, "id": 2}, {"id": 2}]', "column_stands_twice", ""),
        (b'["a", {"id": 2}]', "row_is_no_object", ""),
    ],
)
def test_where_only_a_row_is_bad_only_that_row_is_refused(content: bytes, code: str, column: str) -> None:
    bad, good = Sheet(content).rows()
    assert bad.fault is not None
    assert (bad.fault.code, bad.fault.column) == (code, column)
    assert good.fault is None
    json.dumps(bad.cells).encode()  # what is shown again can be written


def test_cells_beyond_the_header_are_shown_again() -> None:
    (bad,) = Sheet(b"id,name\n1,a,surplus\n").rows()
    assert bad.cells == {"id": "1", "name": "a", "beyond 1": "surplus"}


def test_separators_behind_the_last_cell_do_no_harm() -> None:
    assert _cells(b"id,name,,\n1,a,,\n2,b\n") == [{"id": "1", "name": "a"}, {"id": "2", "name": "b"}]


def test_a_row_of_our_own_list_of_refused_rows_can_be_sent_again() -> None:
    assert _cells(b"id,saving\n1,'-5\n2,'t Hooft\n")[0]["saving"] == "-5"
    assert _cells(b"id,saving\n1,'-5\n2,'t Hooft\n")[1]["saving"] == "'t Hooft"


def test_a_json_file_that_would_hold_up_everybody_is_refused_unread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "MOST_JSON", 10)
    with pytest.raises(JobFailed) as failed:
        Sheet(b'[{"ID": "1"}]')
    assert failed.value.code == "file_is_too_large"


@pytest.mark.parametrize("encoding", ["idna", "punycode", "unicode_escape", "raw_unicode_escape"])
def test_an_encoding_of_names_or_programs_is_none_of_a_file(encoding: str) -> None:
    with pytest.raises(JobFailed) as failed:
        Sheet(b"ID,Name\n1,A-\n", encoding=encoding)
    assert failed.value.code == "encoding_is_unknown"
