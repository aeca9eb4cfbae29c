"""Workbooks as Excel 5 and 95 wrote them (BIFF5), of MS's published records: no program at hand writes them any more."""

from struct import pack

ERROR = {"#NULL!": 0x00, "#DIV/0!": 0x07, "#VALUE!": 0x0F, "#REF!": 0x17, "#NAME?": 0x1D, "#NUM!": 0x24, "#N/A": 0x2A}


def old_workbook(path, sheets, codepage=932):
    """Write sheets: texts, numbers, truths and blanks; an error by its name stands as a cell, behind "=" as a formula's."""
    encoding = f"cp{codepage}"
    begin = _record(0x0809, pack("<HHHH", 0x0500, 0x0005, 0, 1993)) + _record(0x0042, pack("<H", codepage))
    names = [name.encode(encoding) for name in sheets]
    bodies = [_sheet(rows, encoding) for rows in sheets.values()]
    at = len(begin) + sum(12 + len(name) - 1 for name in names) + 4
    bounds = b""
    for name, body in zip(names, bodies, strict=True):
        bounds += _record(0x0085, pack("<IHB", at, 0, len(name)) + name)
        at += len(body)
    whole = begin + bounds + _record(0x000A, b"")
    assert len(whole) + sum(map(len, bodies)) == at
    path.write_bytes(_ole(whole + b"".join(bodies)))
    return path


def _record(kind, data):
    return pack("<HH", kind, len(data)) + data


def _sheet(rows, encoding):
    cells = [_cell(i, j, value, encoding) for i, row in enumerate(rows) for j, value in enumerate(row) if value is not None]
    size = _record(0x0200, pack("<5H", 0, len(rows), 0, max(map(len, rows)), 0))
    return _record(0x0809, pack("<HHHH", 0x0500, 0x0010, 0, 1993)) + size + b"".join(cells) + _record(0x000A, b"")


def _cell(row, column, value, encoding):
    place = pack("<HHH", row, column, 0)
    if isinstance(value, bool):
        return _record(0x0205, place + bytes([value, 0]))
    if isinstance(value, (int, float)):
        return _record(0x0203, place + pack("<d", value))
    if value in ERROR:
        return _record(0x0205, place + bytes([ERROR[value], 1]))
    if value[:1] == "=":
        result = bytes([2, 0, ERROR[value[1:]], 0, 0, 0, 0xFF, 0xFF])
        return _record(0x0006, place + result + pack("<HIH", 0, 0, 3) + b"\x1e\1\0")
    text = value.encode(encoding)
    return _record(0x0204, place + pack("<H", len(text)) + text)


def _ole(stream):
    """A file that holds one stream, "Book", in sectors of 512 bytes."""
    stream += bytes(max(4096 - len(stream), 0)) + bytes(-max(len(stream), 4096) % 512)
    count = len(stream) // 512
    assert count < 126
    nexts = [0xFFFFFFFD, 0xFFFFFFFE, *range(3, count + 2), 0xFFFFFFFE]
    nexts += [0xFFFFFFFF] * (128 - len(nexts))
    free = 0xFFFFFFFF
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(10)
    head += pack("<IIIIIIII", 1, 1, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0) + pack("<109I", 0, *[free] * 108)
    entries = _entry("Root Entry", 5, 1, 0xFFFFFFFE, 0) + _entry("Book", 2, free, 2, len(stream)) + bytes(256)
    return head + pack("<128I", *nexts) + entries + stream


def _entry(name, kind, child, start, size):
    text = name.encode("utf-16-le")
    lone = pack("<III", 0xFFFFFFFF, 0xFFFFFFFF, child)
    return text.ljust(64, b"\0") + pack("<HBB", len(text) + 2, kind, 1) + lone + bytes(36) + pack("<IQ", start, size)
