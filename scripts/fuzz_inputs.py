"""Hostile inputs: files of every kind that Kanmon reads, and what mutations do to them.

A case is plain data: its ``kind``, and what is done to a valid input of that kind. ``changes`` of a table, values put in
along ``paths`` of plain data, and ``torn`` bytes. The same case gives the same bytes.
"""

from __future__ import annotations

import csv
import io
import json
import math
import random
import zipfile
from typing import Any
from xml.sax.saxutils import escape

Rows = list[list[str]]
Case = dict[str, Any]

CELLS = [
    "", " ", "0", "-1", "1", "1e308", "-1e308", "1e-320", "nan", "inf", "NaN%", "1,5", "1.234,5", "0x10", "１２", "2024.0",
    "FY24", "202413", "2024-02-30", "0000", "99999999999999999999", "x", "=1+1", "＝HYPERLINK()", "+1", "@SUM(1)", "\ufeff=1",  # noqa: E501
    "<script>alert(1)</script>", "A$\\foo$", "$x^2$", "{0}", "{path}", "%s", "[red]x[/red]", "\x1b[31m", "a\nb", "a\r\nb", '"',  # noqa: E501
    "'", ",", ";", "\t", "\\", "../../etc/passwd", "關門", "関門", "ｶﾝﾓﾝ", "مرحبا", "\u202eabc", "\u200b", "é", "e\u0301",
    "😀", "\ud7ff", "\ufffd", "CHN", "chn", "China", "中国", "XXX", "JPN", "WLD", "true", "はい", "null", "None", "x" * 300,
    "a;b;c", "ore", "magnet", "robot", "self", "100%", "1/3", "１００％", "$5", "¥1,000", "(5)", "5-", "約5", "<5", "withheld", "#REF!",  # noqa: E501
]  # fmt: skip
"""Cells that have broken programs."""

GRAPH: dict[str, Rows] = {
    "items": [
        ["id", "name_en", "name_ja", "kind", "hs6"],
        ["robot", "Robot", "ロボット", "product", ""],
        ["magnet", "Magnet", "磁石", "component", "850511"],
        ["ore", "Ore", "鉱石", "mineral", "253090"],
        ["press", "Press", "プレス", "equipment", ""],
    ],
    "inputs": [
        [
            "item",
            "input",
            "source",
            "role",
            "group",
            "mix",
            "quantity",
            "essential",
            "kept_without_low",
            "kept_without_high",
        ],
        ["robot", "magnet", "s", "input", "", "", "2", "true", "", ""],
        ["magnet", "ore", "s", "input", "g", "0.5", "", "", "0", "0.5"],
        ["magnet", "press", "s", "equipment", "", "", "", "", "", ""],
    ],
    "suppliers": [
        ["id", "name_en", "kind", "country", "parent"],
        ["CHN", "China", "country", "", ""],
        ["JPN", "Japan", "country", "", ""],
        ["acme", "Acme", "company", "JPN", ""],
        ["plant", "Plant", "site", "JPN", "acme"],
    ],
    "shares": [
        ["item", "supplier", "source", "share", "share_low", "share_high", "year", "scope", "missing"],
        ["magnet", "CHN", "s", "0.8", "", "", "2024", "world", ""],
        ["magnet", "JPN", "s", "", "0.1", "0.2", "2024", "world", ""],
        ["magnet", "acme", "s", "", "", "", "2024", "world", "withheld"],
        ["ore", "CHN", "s", "0.6", "", "", "2023", "world", ""],
        ["robot", "JPN", "s", "1", "", "", "2024", "world", ""],
    ],
    "sources": [
        ["id", "title", "publisher", "date", "url"],
        ["s", "A report", "A ministry", "2024-05-01", "https://example.org"],
    ],
}
PARTS: Rows = [
    ["品番", "品名", "数量", "単価", "仕入先", "原産国", "HSコード"],
    ["A-001", "ネオジム磁石", "4", "1,200", "山田商事", "中国", "8505.11"],
    ["A-002", "軸受", "8", "350", "Acme Ltd.", "日本", "8482.10"],
    ["A-003", "基板", "1", "9800", "", "台湾", ""],
    ["00123", "ボルト M4", "24", "3.5", "Bolt GmbH", "DEU", "7318.15"],
]  # fmt: skip
TRADE: dict[str, Rows] = {
    "comtrade.csv": [
        ["refYear", "reporterISO", "partnerISO", "flowCode", "cmdCode", "classificationCode", "primaryValue", "netWgt"],
        ["2024", "JPN", "W00", "M", "850511", "H6", "100", "10"],
        ["2024", "JPN", "CHN", "M", "850511", "H6", "80", "8"],
        ["2024", "JPN", "DEU", "M", "850511", "H6", "20", "2"],
    ],
    "BACI_HS17_Y2022_V202401.csv": [
        ["t", "i", "j", "k", "v", "q"],
        ["2022", "156", "392", "850511", "80.5", "8"],
        ["2022", "276", "392", "850511", "20", "NA"],
    ],
    "customs.csv": [
        ["Exp or Imp", "Year", "HS", "Country", "Unit1", "Unit2", "Quantity1-Year", "Quantity2-Year", "Value-Year"],
        ["2", "2024", "'850511000'", "105", "NO", "KG", "5", "10", "800"],
        ["2", "2024", "'850511000'", "213", "NO", "KG", "5", "10", "200"],
    ],
    "tidy.csv": [
        ["hs6", "importer", "exporter", "year", "value", "unit"],
        ["850511", "JPN", "CHN", "2024", "8", "USD"],
        ["850511", "JPN", "DEU", "2024", "2", "USD"],
    ],
}
SCENARIO: Any = [
    {"name": "a", "changes": [{"halt": {"node": "CHN", "item": "ore"}}, {"reduce": {"node": "JPN", "share": 0.5}}]},
    {"name": "b", "changes": [{"embargo": {"node": "CHN", "to": ["JPN"], "share": [0.2, 0.9]}}, {"add_source": {"item": "ore", "share": 0.1, "node": "JPN"}}]},  # noqa: E501
]  # fmt: skip
MAPPING: Any = {
    "sheets": {"parts": {"kind": "bom", "header_row": 1, "columns": {"品番": "part", "品名": "name", "数量": "quantity"}}},
    "parts": {},
}
PUBLISHED: dict[str, Rows] = {
    "census.csv": [
        ["I_COMMODITY", "CTY_CODE", "CTY_NAME", "YEAR", "MONTH", "CON_VAL_YR"],
        ["8505110000", "5700", "CHINA", "2024", "12", "900"],
        ["8505110000", "5880", "JAPAN", "2024", "12", "100"],
    ],
    "wgi.csv": [
        ["code", "year", "indicator", "estimate"],
        *[["JPN", "2023", name, "1.1"] for name in ("cc", "ge", "pv", "rl", "rq", "va")],
        ["CHN", "2023", "va", "-1.6"],
    ],
    "flows.csv": [
        ["", "JPN_C10", "JPN_C20", "CHN_C10", "final", "OUT"],
        ["JPN_C10", "1", "2", "3", "4", "10"],
        ["JPN_C20", "2", "0", "1", "2", "5"],
        ["CHN_C10", "5", "1", "8", "6", "20"],
        ["VA", "2", "2", "8", "", ""],
    ],
}
FIRMS: dict[str, Rows] = {
    "sales": [
        ["supplier", "buyer", "value"],
        ["a", "b", "10"],
        ["b", "c", "5"],
        ["c", "a", "1e3"],
        ["c", "d", "0"],
    ],
    "firms": [
        ["firm", "sector", "revenue", "costs"],
        ["a", "x", "20", "15"],
        ["b", "x", "", ""],
        ["c", "y", "3e3", "10"],
        ["d", "", "1", "1"],
    ],
    "roles": [["supplier_sector", "buyer_sector", "role"], ["x", "y", "essential"], ["y", "x", "non_essential"]],
}
COMPANY: dict[str, Rows] = {
    "Sourcing": [
        ["Part No.", "Part name", "Supplier", "Country of production", "Share", "Stock (days)", "Annual spend", "HS code"],
        ["P-1", "Sintered magnet", "Example Trading", "China", "70%", "30", "48000000", "8505.11"],
        ["P-1", "Sintered magnet", "Another", "Japan", "30%", "", "", ""],
        ["P-2", "Bearing", "Somebody", "", "", "", "1,000", "8482.10"],
    ],
    "BOM": [["Parent", "Part No.", "Quantity"], ["ACT-10", "P-1", "4"], ["ACT-10", "P-2", "2"]],
    "Products": [["Product", "Product name", "Annual revenue"], ["ACT-10", "Actuator", "900000000"]],
}
CARD: Any = {
    "format": "kanmon-exposure-card",
    "version": 1,
    "issuer": "A supplier",
    "as_of": "2026-09-30",
    "made": "2026-10-01",
    "days": 180,
    "parts": [
        {
            "part": "P-1",
            "name": "Magnet",
            "known": {"parts": 2, "sourced": 1, "told": 0},
            "countries": [{"country": "CHN", "stops": [0.5, 1], "lost": [0.25, 0.5], "lasts": [30, 60]}],
            "elsewhere": {"stops": [0, 0.1], "lost": [0, 0.1], "lasts": [0, 180]},
        }
    ],
}
NAMES = [
    "永久磁石 φ10",
    "NdFeB magnet N42",
    "六角ボルト M4x20",
    "CNC machine, 5-axis",
    "炭素繊維 T800",
    "軸受 6205ZZ",
    "8505.11",
]
COMMANDS = [
    ["whatif", "humanoid_robot", "--halt", "CHN:ndfeb_magnet", "--lasts", "90"],
    ["chokepoints", "humanoid_robot", "--fails", "country"],
    ["affected", "CHN"],
    ["flag", "永久磁石", "--lang", "ja"],
    ["dependence", "x.csv", "--importer", "JPN", "--year", "2024"],
    ["check", "graph"],
    ["audit", "parts.csv", "--out", "out", "--lang", "ja"],
    ["--limit", "5", "data", "show", "world"],
    ["explore", "--out", "page.html"],
]  # fmt: skip
TOKENS = {
    "text": ['"', '""', "\n", "\r", "\x00", "\ufeff", ",,,,,,,,", ";", "\t", "\x1a", "\u2028", '"\n"', "\ud800", "a" * 5000],
    "xml": [
        'r="XFD1048576"', 'r="A0"', 'r="1A"', 't="s"', 't="e"', 't="b"', 't="d"', 's="99"', "<v>-1</v>", "<v>1e999</v>",
        "<v></v>", "<v>99999999999999999999</v>", '<mergeCell ref="A1:XFD1048576"/>', "</row>", "<c/>", "<row/>", "&lol;",
        "&#0;", "]]>",
        '<!DOCTYPE x [<!ENTITY lol "lol">]>', '<?xml version="1.1"?>', "<f>1/0</f>", 'sheetId="0"', 'r:id="rId9"', "\x00",
    ],
    "yaml": ["!!python/name:os.system ", "&a ", "*a", "? ", ": ", "- ", "[", "{", "}", "<<: *a", "!!float x", "2001-13-01", "|", ">", "\t", "%YAML 9.9\n", "---\n", "'"],  # noqa: E501
}  # fmt: skip
"""What breaks a format when it stands where nobody expects it."""
MEMBERS = ["sheet1.xml", "sharedStrings.xml", "workbook.xml", "workbook.xml.rels", "[Content_Types].xml", ""]
"""Of a workbook, whose bytes are torn; "" for those of the packed file."""
ENCODINGS = ["utf-8", "utf-8", "utf-8", "utf-8-sig", "cp932", "utf-16", "cp1252", "euc-jp"]
TABLES = {"folder": GRAPH, "workbook": GRAPH, "parquet": GRAPH, "firms": FIRMS, "audit.xlsx": COMPANY}
SINGLE = {"parts.csv": PARTS, "parts.tsv": PARTS, "parts.xlsx": PARTS, **TRADE, **PUBLISHED}
PLAIN: dict[str, Any] = {"scenario.yaml": SCENARIO, "mapping.yaml": MAPPING, "card.json": CARD}
KINDS = [*TABLES, *SINGLE, *PLAIN, "name", "command"]


# --- how a case is made --------------------------------------------------------------------------------------------------


def drawn(rng: random.Random, kind: str | None = None, deep: bool = True) -> Case:
    """Return a case; ``deep`` says whether it goes on from reading into figures and writing."""
    kind = kind or rng.choice(KINDS)
    case: Case = {"kind": kind, "deep": deep}
    if kind in PLAIN:
        case["paths"] = [_replacement(rng) for _ in range(rng.choice((0, 1, 1, 1, 2, 3)))]
        return case | {"torn": _tears(rng, "yaml")}
    if kind == "name":
        return case | {"text": _text(rng)}
    if kind == "command":
        words = list(rng.choice(COMMANDS))
        for _ in range(rng.choice((1, 1, 2, 3))):
            at = rng.randrange(len(words) + 1)
            words[at : at + rng.randrange(2)] = [
                rng.choice((_cell(rng), f"--{_cell(rng)}", rng.choice(rng.choice(COMMANDS))))
            ]
        return case | {"words": words}
    if kind in TABLES:
        case["table"] = rng.choice(sorted(TABLES[kind]))
    rows = SINGLE.get(kind) or TABLES[kind][case["table"]]
    case["changes"] = [_change(rng, rows) for _ in range(rng.choice((0, 1, 1, 1, 2, 2, 3, 5)))]
    case["encoding"] = rng.choice(ENCODINGS)
    packed = kind in {"workbook", "parts.xlsx", "audit.xlsx"}
    case["torn"] = _tears(rng, "xml" if packed else "text")
    if packed:
        case["member"] = rng.choice(MEMBERS)
    return case


def _cell(rng: random.Random) -> str:
    match rng.randrange(8):
        case 0 | 1 | 2 | 3:
            return rng.choice(CELLS)
        case 4:
            return repr(rng.choice((rng.random(), rng.uniform(-1e6, 1e6), float(f"1e{rng.randrange(-330, 330)}"))))
        case 5:
            return str(rng.randrange(-3, 3) if rng.randrange(2) else rng.randrange(-(2**70), 2**70))
        case 6:
            return rng.choice(CELLS) + rng.choice(CELLS)
    return _text(rng, 12)


def _text(rng: random.Random, longest: int = 40) -> str:
    if longest > 12 and rng.randrange(4):
        words = [rng.choice(NAMES) if rng.randrange(3) else rng.choice(CELLS) for _ in range(rng.randrange(1, 4))]
        return rng.choice(("", " ", "/", "、")).join(words)
    ranges = rng.choice(((32, 127), (0, 256), (0x3000, 0x9FFF), (0xFF00, 0xFFEF), (0x1F300, 0x1F6FF), (0, 0xD7FF)))
    return "".join(chr(rng.randrange(*ranges)) for _ in range(rng.randrange(longest)))


def _change(rng: random.Random, rows: Rows) -> list[Any]:
    i, j = rng.randrange(len(rows) + 3), rng.randrange(len(rows[0]) + 1)
    what = rng.choice(
        ("cell",) * 10 + ("copy_row", "drop_row", "drop_column", "copy_column", "swap", "grow", "head", "blank_row")
    )
    # Half of what is put in is what stands elsewhere in that column: such an input gets past the readers.
    value = rng.choice(rows)[j % len(rows[0])] if rng.randrange(2) else _cell(rng)
    return [what, i, j, value]


def _tears(rng: random.Random, tokens: str) -> list[Any]:
    if rng.randrange(5):
        return []
    what = (lambda: rng.choice(TOKENS[tokens]), lambda: rng.randrange(256), lambda: -rng.randrange(2, 40), lambda: -1)
    return [[rng.random(), rng.choice(what)()] for _ in range(rng.choice((1, 1, 2, 4)))]


def _replacement(rng: random.Random) -> list[Any]:
    new = rng.choice((
        lambda: _cell(rng),
        lambda: _cell(rng),
        lambda: rng.choice((None, True, False, 0, 1, -1, 0.5, math.inf, 2**70, 10**400, 1e308, "", "CHN", "JPN", "robot")),
        lambda: [_cell(rng) for _ in range(rng.randrange(3))],
        lambda: {_cell(rng): _cell(rng) for _ in range(rng.randrange(3))},
        lambda: {"deep": rng.randrange(1, 60)},
    ))  # fmt: skip
    return [[rng.randrange(41) for _ in range(rng.randrange(6))], new()]


# --- what it is made into ------------------------------------------------------------------------------------------------


def changed(rows: Rows, todo: list[Any]) -> Rows:
    """Return a table after changes; places wrap around it."""
    rows = [list(row) for row in rows]
    for what, i, j, value in todo:
        if not rows or not rows[0]:
            break
        i, j = i % len(rows), j % max(len(rows[i % len(rows)]), 1)
        match what:
            case "cell" if rows[i]:
                rows[i][j] = value
            case "head":
                rows[0][j % len(rows[0])] = value
            case "copy_row":
                rows.append(list(rows[i]))
            case "drop_row":
                del rows[i]
            case "blank_row":
                rows.insert(i, [value])
            case "drop_column":
                rows = [row[:j] + row[j + 1 :] for row in rows]
            case "copy_column":
                rows = [row + row[j : j + 1] for row in rows]
            case "swap":
                rows[i], rows[j % len(rows)] = rows[j % len(rows)], rows[i]
            case "grow":
                rows += [[*row[:-1], f"{row[-1]}{n}"] for n in range(3) for row in rows[1:] if row]
    return rows


def written(rows: Rows, delimiter: str = ",", encoding: str = "utf-8") -> bytes:
    """Return a table as text."""
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator="\n").writerows(rows)
    return out.getvalue().encode(encoding, errors="replace")


_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPES = "application/vnd.openxmlformats-officedocument.spreadsheetml"


def book(sheets: dict[str, Rows], torn: list[Any] | None = None, member: str = "") -> bytes:
    """Return tables as a workbook, written here and not by a library: quick, and any of its bytes can be torn."""
    texts: dict[str, int] = {}
    ids = range(1, len(sheets) + 1)
    parts = {f"xl/worksheets/sheet{n}.xml": _sheet(rows, texts) for n, rows in zip(ids, sheets.values(), strict=True)}
    named = "".join(
        f'<sheet name="{escape(name)}" sheetId="{n}" r:id="rId{n}"/>' for n, name in zip(ids, sheets, strict=True)
    )
    parts["xl/workbook.xml"] = f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>{named}</sheets></workbook>'
    links = "".join(f'<Relationship Id="rId{n}" Type="{_OFFICE}/worksheet" Target="worksheets/sheet{n}.xml"/>' for n in ids)
    links += f'<Relationship Id="rId0" Type="{_OFFICE}/sharedStrings" Target="sharedStrings.xml"/>'
    parts["xl/_rels/workbook.xml.rels"] = f'<Relationships xmlns="{_PACKAGE}/relationships">{links}</Relationships>'
    strings = "".join(f'<si><t xml:space="preserve">{escape(_legal(word))}</t></si>' for word in texts)
    parts["xl/sharedStrings.xml"] = f'<sst xmlns="{_MAIN}">{strings}</sst>'
    link = f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/>'
    parts["_rels/.rels"] = f'<Relationships xmlns="{_PACKAGE}/relationships">{link}</Relationships>'
    kinds = "".join(
        f'<Override PartName="/{name}" ContentType="{_TYPES}.{kind}+xml"/>'
        for name, kind in [
            ("xl/workbook.xml", "sheet.main"),
            ("xl/sharedStrings.xml", "sharedStrings"),
            *((f"xl/worksheets/sheet{n}.xml", "worksheet") for n in ids),
        ]
    )
    plain = '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    parts["[Content_Types].xml"] = f'<Types xmlns="{_PACKAGE}/content-types">{plain}{kinds}</Types>'
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as packed:
        for name, content in parts.items():
            data = f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n{content}'.encode()
            packed.writestr(name, tear(data, torn or []) if member and name.endswith(f"/{member}") else data)
    return target.getvalue() if member else tear(target.getvalue(), torn or [])


def _sheet(rows: Rows, texts: dict[str, int]) -> str:
    made = []
    for i, row in enumerate(rows, start=1):
        cells = []
        for j, value in enumerate(row):
            place = f"{chr(65 + j // 26 - 1) if j >= 26 else ''}{chr(65 + j % 26)}{i}"
            try:
                number = float(value) if value.isascii() else math.nan
            except ValueError:
                number = math.nan
            if math.isfinite(number):
                cells.append(f'<c r="{place}"><v>{number!r}</v></c>')
            else:
                cells.append(f'<c r="{place}" t="s"><v>{texts.setdefault(value, len(texts))}</v></c>')
        made.append(f'<row r="{i}">{"".join(cells)}</row>')
    return f'<worksheet xmlns="{_MAIN}"><sheetData>{"".join(made)}</sheetData></worksheet>'


def _legal(text: str) -> str:
    """Return text as XML may hold it; what it may not is left to `tear`."""
    return "".join(c if c >= " " or c in "\t\n\r" else f"_x{ord(c):04X}_" for c in text if not "\ud800" <= c <= "\udfff")


def tear(data: bytes, todo: list[Any]) -> bytes:
    """Return bytes after changes: where (a part of the length) and what.

    Text is put in; 0 to 255 replaces a byte, -1 ends the file, -n takes n - 1 bytes out.
    """
    content = bytearray(data)
    for where, what in todo:
        at = int(where * max(len(content) - 1, 0))
        if isinstance(what, str):
            content[at:at] = what.encode("utf-8", "surrogatepass")
        elif what < -1:
            del content[at : at - what - 1]
        elif what < 0:
            del content[at:]
        elif content:
            content[at] = what
    return bytes(content)


def bent(value: Any, todo: list[Any]) -> Any:
    """Return plain data of which values were replaced; a path walks down by index."""
    value = json.loads(json.dumps(value))
    for steps, new in todo:
        if isinstance(new, dict) and "deep" in new:
            new = json.loads("[" * new["deep"] + "]" * new["deep"])
        here = value
        for step in steps[:-1]:
            keys = list(here) if isinstance(here, dict) else range(len(here)) if isinstance(here, list) else []
            if not keys:
                break
            here = here[list(keys)[step % len(keys)]]
        if isinstance(here, dict) and here and steps:
            here[list(here)[steps[-1] % len(here)]] = new
        elif isinstance(here, list) and here and steps:
            here[steps[-1] % len(here)] = new
    return value
