"""Files of all types as rows: what people's spreadsheets do to them does no harm."""

import io
import zipfile
from datetime import date
from typing import Any

import pytest
from openpyxl import Workbook

from orchestration.queries.bulk_columns import Kind
from orchestration.services.bulk_cells import value_of
from orchestration.services.bulk_plan import Sheet
from orchestration.services.errors import Invalid
from portal.web.sheets import Type, read, write, write_with_errors
from portal.web.sheets.cells import guarded, unguarded

TARGETS = [
    {
        "path": "contoso/west/plano/beta/007",
        "display_name": "=HYPERLINK(1)",
        "time_zone": "America/Chicago",
        "level": "Line",
        "scope": "plant",
        "capabilities": ["soap", "a,b"],
        "specification": {"nested": {"no": "1e3"}, "n": 5},
    },
    {
        "path": "contoso/west/plano/beta/Straße 2",
        "display_name": "",
        "time_zone": "",
        "level": "Line",
        "scope": "default",
        "capabilities": [],
        "specification": {},
    },
]
VALUES = [
    "plain", "85", "007", "-5", "=1+1", "'=1+1", "true", "null", " spaced ", "", '"quoted"',
    "NaN", "1e3", "no", "0o17", "two\nlines", "bell\x07", "[1]", 85, -5, 3.5, True, False,
    [1, "two"], {}, "2026-11-23",
]  # fmt: skip


def content(file: Any) -> bytes:
    return b"".join(file.content)


def book(*rows: list[Any], **formats: str) -> bytes:
    workbook = Workbook()
    sheet = workbook.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    for place, form in formats.items():
        sheet[place].number_format = form
    packed = io.BytesIO()
    workbook.save(packed)
    return packed.getvalue()


def code(kind: Kind, name: str, data: bytes) -> str:
    with pytest.raises(Invalid) as caught:
        read(kind, name, data)
    return caught.value.code


@pytest.mark.parametrize("file_type", list(Type))
def test_what_is_written_is_read_again(file_type: Type) -> None:
    file = write(Kind.TARGETS, TARGETS, file_type)
    sheet = read(Kind.TARGETS, file.name, content(file))
    assert [dict(row.data) for row in sheet.rows] == TARGETS
    assert not any(row.wrong for row in sheet.rows)


@pytest.mark.parametrize("file_type", [Type.CSV, Type.XLSX])
def test_no_cell_begins_like_a_formula(file_type: Type) -> None:
    rows = [{"path": "a/b", "display_name": "=cmd|'/c calc'!A1", "time_zone": "@SUM(1)"}]
    file = write(Kind.SITES, rows, file_type)
    sheet = read(Kind.SITES, file.name, content(file))
    assert sheet.rows[0].data["display_name"] == "=cmd|'/c calc'!A1"
    if file_type == Type.CSV:
        assert "a/b,'=cmd|'/c calc'!A1,'@SUM(1)" in content(
            write(Kind.SITES, rows, file_type)
        ).decode("utf-8-sig")


@pytest.mark.parametrize("text", ["=1", "'=1", "''=1", "-5", "-a", "'plain", "+49 1", "@x", ""])
def test_the_quote_before_a_formula_comes_off_again(text: str) -> None:
    assert unguarded(guarded(text)) == text


@pytest.mark.parametrize(
    "data",
    [
        "path;display_name\r\na/b;Straße\r\n".encode("utf-8-sig"),
        "path;display_name\r\na/b;Straße\r\n".encode("cp1252"),
        "path\tdisplay_name\r\na/b\tStraße\r\n".encode("utf-16"),
        "sep=;\npath;display_name\na/b;Straße\n".encode(),
        'Path,"Display Name"\na/b,Straße\n\n,,\n'.encode(),
    ],
    ids=["BOM", "old Windows", "UTF-16 with tabs", "sep", "words as people write them"],
)
def test_csv_of_all_countries_is_read(data: bytes) -> None:
    (row,) = read(Kind.SITES, "sites.csv", data).rows
    assert dict(row.data) == {"path": "a/b", "display_name": "Straße"}


def test_semicolons_mean_a_decimal_comma() -> None:
    head = "at{0}solution{0}key{0}value\na{0}s{0}k{0}v\n"
    assert read(Kind.VALUES, "v.csv", head.format(";").encode()).decimal_comma
    assert not read(Kind.VALUES, "v.csv", head.format(",").encode()).decimal_comma


@pytest.mark.parametrize(
    ("data", "wanted"),
    [
        (b"", "file-empty"),
        (b"\x00\x01\x02", "file-unreadable"),
        (b"display_name\nx\n", "columns-missing"),
        (b"path,pth\nx,y\n", "column-unknown"),
        (b"path,path\nx,y\n", "column-repeated"),
        (b'path\n"x\n', "file-unreadable"),
        (b"path\n" + b"a/b\n" * 20_001, "too-much"),
        (b"x" * (7 * 1024 * 1024 + 1), "file-too-large"),
    ],
)
def test_a_file_that_is_no_sheet_is_refused(data: bytes, wanted: str) -> None:
    assert code(Kind.SITES, "sites.csv", data) == wanted


def test_a_name_says_of_which_type_a_file_is() -> None:
    assert code(Kind.SITES, "sites.xls", b"path\n") == "file-type"


def test_a_cell_that_cannot_be_read_spoils_its_row_alone() -> None:
    data = b"path,specification\na/b,{\na/c,\n,{}\n" + b"a/d,{},more\n"
    rows = read(Kind.TARGETS, "t.csv", data).rows
    assert [row.number for row in rows] == [2, 3, 4, 5]
    wrong = [{name: error.code for name, error in row.wrong.items()} for row in rows]
    assert wrong == [
        {"specification": "field-wrong"},
        {},
        {"path": "field-missing"},
        {"path": "row-too-long"},
    ]


# Workbooks


def test_numbers_of_a_workbook_are_read_as_they_are_seen() -> None:
    head = ["path", "display_name"]
    data = book(head, ["a/1", 7], ["a/2", 7], ["a/3", 7.0], ["a/4", 1.5], B3="0000")
    shown = [row.data["display_name"] for row in read(Kind.SITES, "s.xlsx", data).rows]
    assert shown == ["7", "0007", "7", "1.5"]


def test_dates_formulas_and_errors_of_a_workbook_are_told() -> None:
    data = book(
        ["path", "display_name"], ["a/1", date(2026, 3, 4)], ["a/2", "=1+1"], ["a/3", "#REF!"]
    )
    rows = read(Kind.SITES, "s.xlsx", data).rows
    codes = [row.wrong["display_name"].code for row in rows]
    assert codes == ["cell-date", "cell-computed", "cell-failed"]


def test_merged_cells_are_told_with_their_place() -> None:
    workbook = Workbook()
    sheet = workbook.active
    assert sheet is not None
    sheet.append(["path"])
    sheet.merge_cells("A2:A4")
    packed = io.BytesIO()
    workbook.save(packed)
    with pytest.raises(Invalid) as caught:
        read(Kind.SITES, "s.xlsx", packed.getvalue())
    assert (caught.value.code, caught.value.params["cells"]) == ("cells-merged", "A2:A4")


def test_the_sheet_of_the_kind_is_read_wherever_it_stands() -> None:
    workbook = Workbook()
    workbook.create_sheet("Sites").append(["path"])
    workbook["Sites"].append(["a/b"])
    packed = io.BytesIO()
    workbook.save(packed)
    assert [row.data["path"] for row in read(Kind.SITES, "s.xlsx", packed.getvalue()).rows] == [
        "a/b"
    ]


def test_a_workbook_that_unpacks_to_too_much_is_refused() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b" " * (65 * 1024 * 1024))
    assert len(packed.getvalue()) < 100_000
    assert code(Kind.SITES, "s.xlsx", packed.getvalue()) == "file-too-large"


def test_entities_in_a_workbook_are_refused() -> None:
    packed = io.BytesIO(book(["path"], ["a/b"]))
    changed = io.BytesIO()
    bomb = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa">]><worksheet>&a;</worksheet>'
    with zipfile.ZipFile(packed) as old, zipfile.ZipFile(changed, "w") as new:
        for part in old.infolist():
            is_sheet = part.filename == "xl/worksheets/sheet1.xml"
            new.writestr(part.filename, bomb if is_sheet else old.read(part))
    assert code(Kind.SITES, "s.xlsx", changed.getvalue()) == "file-unreadable"


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"no archive"])
def test_what_is_no_workbook_is_refused(data: bytes) -> None:
    assert code(Kind.SITES, "s.xlsx", data) == "file-unreadable"


def test_a_lone_cell_far_below_does_not_make_a_million_rows() -> None:
    workbook = Workbook()
    sheet = workbook.active
    assert sheet is not None
    sheet["A1"], sheet["A2"], sheet["A1048576"] = "path", "a/b", "a/c"
    packed = io.BytesIO()
    workbook.save(packed)
    assert code(Kind.SITES, "s.xlsx", packed.getvalue()) == "too-much"


# YAML


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("path: a/b", "file-unreadable"),
        ("- a/b", "file-unreadable"),
        ("- {path: [}", "file-unreadable"),
        ("- {path: a/b, pth: x}", "column-unknown"),
    ],
)
def test_yaml_that_is_no_list_of_rows_is_refused(text: str, wanted: str) -> None:
    assert code(Kind.SITES, "s.yaml", text.encode()) == wanted


def test_wrong_types_in_yaml_spoil_their_row_alone() -> None:
    text = "- {path: a/b, capabilities: soap}\n- {path: 1.0}\n- {display_name: x}\n"
    rows = read(Kind.TARGETS, "t.yml", text.encode()).rows
    assert [{name: e.code for name, e in row.wrong.items()} for row in rows] == [
        {"capabilities": "field-wrong"},
        {},
        {"path": "field-missing"},
    ]
    assert rows[1].data["path"] == "1.0"


# Files with errors


@pytest.mark.parametrize("file_type", list(Type))
def test_a_file_with_errors_can_be_mended_and_sent_again(file_type: Type) -> None:
    file = write(Kind.TARGETS, TARGETS, file_type)
    sheet = read(Kind.TARGETS, file.name, content(file))
    again = write_with_errors(sheet, {sheet.rows[0].number: "=no such zone"}, file_type)
    assert again.name == f"targets-errors.{file_type}"
    data = content(again)
    mended = read(Kind.TARGETS, again.name, data)
    assert [row.data for row in mended.rows] == [row.data for row in sheet.rows]
    if file_type != Type.XLSX:
        assert b"no such zone" in data


@pytest.mark.parametrize("file_type", list(Type))
@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_values_come_back_as_they_were(value: Any, file_type: Type) -> None:
    row = {"at": "a", "solution": "s", "config_template": "", "key": "k", "value": value}
    file = write(Kind.VALUES, [row], file_type)
    sheet = read(Kind.VALUES, file.name, content(file))
    assert _value(sheet) == value
    assert type(_value(sheet)) is type(value)


def _value(sheet: Sheet) -> Any:
    held = sheet.rows[0].data["value"]
    return value_of(held, None) if sheet.typed else held
