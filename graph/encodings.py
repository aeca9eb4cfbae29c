"""Bytes of unknown encoding become text: what they speak for, what a person says, or an error that says where."""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections.abc import Collection
from functools import cache
from pathlib import Path
from typing import NamedTuple

from .errors import InputError, ReadError, did_you_mean, nearest, short_path, shorten

UNREADABLE = "\ufffd"
"""What stands for bytes that no encoding explains, where text is mended."""
EAST_ASIAN = "\u2e80"
"""Characters after this one are East Asian (but for emoji), and twice as wide as Latin ones."""
GUESSES = (
    "cp932",
    "euc-jp",
    "gb18030",
    "big5",
    "cp950",
    "euc-kr",
    "cp949",
    "cp1252",
    "cp1250",
    "iso8859-2",
    "cp1254",
    "cp1251",
    "latin-1",
)
"""Encodings that are guessed; of two that explain the bytes alike the first."""
ENCODINGS = ("utf-8", "utf-16", *GUESSES)
"""Encodings that are recognised; whoever knows better may give any that Python knows."""

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig", "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32", "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32", "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16", "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16", "utf-16"),
)
_SAMPLE = 60_000
_PLAUSIBLE = 0.45
"""Mean weight of a non-ASCII byte below which no encoding is believed."""
_NO_TEXT = re.compile("[\0\x80-\x84\x86-\x9f\uf8f0-\uf8f3]")
"""Zeros, C1 controls and the private signs of cp932 stand in no text, only in what was taken for one."""
_MENDED = {0: None} | dict.fromkeys(range(0xF8F0, 0xF8F4), UNREADABLE)
_SIGNS = set("°±µ²³½¼¾×Øø€£¥©®™–—‘’“”…•ªº¿¡ß§«»")
_NATIONAL = {"cp932": "euc-jp", "cp950": "big5", "cp949": "euc-kr", "gb18030": "gb2312"}
"""The table of characters behind an encoding, in which everyday ones stand first."""
_EVERYDAY = {"euc-jp": (0xB0, 0xCF), "gb2312": (0xB0, 0xD7), "big5": (0xA4, 0xC6)}
_HANGUL = set(
    "이다의는에을를가은고하로한도지사인서기자어시대리나과정있보수그전스주일부들여아라해구장제성으안동공무조상원트"
    "국연소비우경선마치생용유거만개계영화신분산실품번명량단금액매처업체회식재료규격호코드제작가격납조립모터부터위방면적"
)
"""Syllables that most Korean text consists of; what is not Korean hits any of the others as often."""


_LATIN = {"cp1252", "cp1250", "iso8859-2", "cp1254", "latin-1"}
_ALPHABETS = {"cp1250": ("áéíóöőúüű", "őű", "á", "öü"), "cp1254": ("çğıöşüâîû", "ğış", "", "üç")}
"""All letters of Hungarian and of Turkish beside the plain ones, and those that cp1252 takes for others (õ, û; ð, ý, þ);
beside them a letter and one of two that no other language has together with those others."""


class Text(NamedTuple):
    """Text, the encoding of its bytes, and whether that was guessed."""

    text: str
    encoding: str
    guessed: bool = False


def decode(data: bytes, path: Path) -> str:
    """Return the text of `text_of` alone.

    >>> decode("関門".encode("cp932"), Path("x.csv"))
    '関門'
    """
    return text_of(data, path).text


def text_of(
    data: bytes, path: Path, encoding: str | None = None, *, words: Collection[str] = (), mend: bool = False
) -> Text:
    r"""Return text and the encoding that its bytes speak for.

    A byte order mark or zeros between the letters decide first, then whether the bytes are UTF-8. Every other encoding is a
    guess, and said to be one: of those that explain all bytes the one whose characters are the most usual (letters inside
    Latin words, kana, everyday characters, ``words``).

    Parameters
    ----------
    data : bytes
        The file.
    path : Path
        Its name, for messages.
    encoding : str, optional
        The encoding that a person knows better.
    words : collection of str, optional
        Words that such files use: each that a guess would read speaks for it.
    mend : bool
        Bytes that no encoding explains do not end in an error: each line is decoded by itself, and `UNREADABLE` stands for
        what remains.

    Raises
    ------
    ReadError
        The bytes are no text in any of these, UTF-8 with damaged places (they would be read as other letters), or not
        written in the given encoding.
    InputError
        Python knows no such encoding.

    >>> text_of("Türkiye, Curaçao".encode("latin-1"), Path("x.csv"))
    Text(text='Türkiye, Curaçao', encoding='cp1252', guessed=True)
    """
    if encoding is not None:
        return Text(_given(data, path, encoding), encoding.lower())
    for mark, codec, name in (*_MARKS, *_wide(data)):
        if data.startswith(mark):
            return Text(_read(data, codec, path, mend), name, not mark)
    try:
        return Text(_printable(data.decode("utf-8"), path, mend), "utf-8")
    except UnicodeDecodeError as error:
        if not mend:
            _refuse_damage(data, path, error.start)
    found = _likely(data, words)
    if found is not None:
        return Text(_read(data, found, path, mend), found, True)
    if not mend:
        raise ReadError("graph.tables.encoding", path=short_path(path))
    return Text("".join(map(_line, data.splitlines(keepends=True))).translate(_MENDED), "mixed", True)


def _given(data: bytes, path: Path, encoding: str) -> str:
    try:
        codecs.lookup(encoding)
    except LookupError as error:
        hint = did_you_mean(nearest(encoding, ENCODINGS))
        raise InputError("graph.tables.no_encoding", value=shorten(encoding), hint=hint) from error
    try:
        return data.decode(encoding).lstrip("\ufeff").translate(_MENDED)
    except (UnicodeError, LookupError) as error:
        raise ReadError("graph.tables.not_encoded", path=short_path(path), encoding=shorten(encoding)) from error


def _wide(data: bytes) -> tuple[tuple[bytes, str, str], ...]:
    """UTF-16 without a mark: every other byte of the Latin characters is zero."""
    sample = data[:4096]
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    if max(even, odd) < max(4, len(sample) / 8) or min(even, odd) > max(even, odd) / 8:
        return ()
    return ((b"", "utf-16-le" if odd > even else "utf-16-be", "utf-16"),)


def _read(data: bytes, encoding: str, path: Path, mend: bool) -> str:
    try:
        return _printable(data.decode(encoding, errors="replace" if mend else "strict"), path, mend)
    except UnicodeDecodeError as error:
        raise ReadError("graph.tables.encoding", path=short_path(path)) from error


def _printable(text: str, path: Path, mend: bool) -> str:
    if not _NO_TEXT.search(text):
        return text
    if mend:
        return text.translate(_MENDED)
    raise ReadError("graph.tables.encoding", path=short_path(path))


def _refuse_damage(data: bytes, path: Path, start: int) -> None:
    """Damaged UTF-8 is mostly UTF-8; the letters of an older encoding hardly ever are."""
    mended = data.decode("utf-8", errors="replace")
    if sum(not letter.isascii() for letter in mended) > 2 * mended.count(UNREADABLE):
        line = data.count(b"\n", 0, start) + 1
        raise ReadError("graph.tables.damaged", path=short_path(path), line=line, byte=start + 1)


def _line(line: bytes) -> str:
    for encoding in ("utf-8", "cp932"):
        try:
            return line.decode(encoding)
        except UnicodeDecodeError:
            continue
    return line.decode("utf-8", errors="replace")


# Guessing ------------------------------------------------------------------------------------------------------------


def _likely(data: bytes, words: Collection[str]) -> str | None:
    """Return the encoding that makes the most usual text of the bytes; None where none is believable."""
    sample = _telling(data)
    best: tuple[float, str] | None = None
    for encoding in GUESSES:
        try:
            data.decode(encoding)
        except UnicodeDecodeError:
            continue
        score = _score(sample.decode(encoding, errors="ignore"), sample, encoding, words)
        if best is None or score > best[0] + 1e-9:
            best = score, encoding
    return None if best is None or best[0] < _PLAUSIBLE else best[1]


def _telling(data: bytes) -> bytes:
    """The first lines that hold more than ASCII."""
    lines, size = [], 0
    for line in data.splitlines(keepends=True):
        if not line.isascii():
            lines.append(line)
            size += len(line)
            if size > _SAMPLE:
                break
    return b"".join(lines)


def _score(text: str, sample: bytes, encoding: str, words: Collection[str]) -> float:
    """Return how usual the characters are, as a mean over the non-ASCII bytes, and a little for every known word."""
    high = sum(byte > 127 for byte in sample) or 1
    total = 0.0
    for i, char in enumerate(text):
        if char.isascii():
            continue
        if encoding in _LATIN:
            # Letters of Europe stand in words of plain ones, its signs beside words and figures; in words only dashes do.
            around = [text[j] for j in (i - 1, i + 1) if 0 <= j < len(text) and text[j].isascii()]
            usual = char.isalpha() and any(c.isalpha() for c in around)
            inside = len(around) == 2 and all(c.isalpha() for c in around) and char not in "–—‘’"
            usual |= char in _SIGNS and not inside and any(c.isalnum() or c == " " for c in around)
            total += 0.9 if usual else 0.3 if around and (char.isalpha() or char in _SIGNS) else 0.1
        elif encoding == "cp1251":
            before, after = text[i - 1 : i], text[i + 1 : i + 2]
            usual = (before + after).islower() or not before.isalpha() if char.islower() else not before.islower()
            total += 0.9 if _is_cyrillic(char) and usual else 0.1
        else:
            weight, bytes_ = _weight(char, encoding)
            # One is an accented letter of the west, a row of them is a word of an old machine.
            if _is_half(char) and any(_is_half(text[j]) for j in (i - 1, i + 1) if 0 <= j < len(text)):
                weight = 0.75
            total += weight * bytes_
    folded = unicodedata.normalize("NFKC", text).casefold()
    known = sum(word in folded for word in words if not word.isascii())
    return min(total / high, 1.0) + 0.05 * min(known, 8) + (0.01 if _spoken(text, encoding) else 0.0)


def _spoken(text: str, encoding: str) -> bool:
    """Whether all letters are of the language whose letters cp1252 would take for others."""
    letters, telling, besides, one = _ALPHABETS.get(encoding, ("", "", "", ""))
    used = {char for char in text.lower() if char.isalpha() and not char.isascii()}
    return bool(used & {*telling} and used & {*one}) and {*besides} <= used <= {*letters}


def _is_cyrillic(char: str) -> bool:
    """Whether a character is a letter that Russian, Ukrainian or Bulgarian writes, or the sign of a number."""
    return "А" <= char <= "я" or char in "ЁёІіЇїЄєҐґ№"


def _is_half(char: str) -> bool:
    """Whether a character is half-width kana."""
    return "\uff61" <= char <= "\uff9f"


@cache
def _weight(char: str, encoding: str) -> tuple[float, int]:
    """How usual a character is in text of that encoding, and how many of its bytes are above ASCII."""
    code = ord(char)
    high = sum(byte > 127 for byte in char.encode(encoding, errors="ignore")) or 1
    if 0x3041 <= code <= 0x30FE:
        return (1.0 if encoding in {"cp932", "euc-jp"} else 0.4), high
    if 0xAC00 <= code <= 0xD7A3:
        return (1.0 if char in _HANGUL else 0.55), high
    if 0x4E00 <= code <= 0x9FFF:
        table = _NATIONAL.get(encoding, encoding)
        first, last = _EVERYDAY.get(table, (0, -1))
        try:
            lead = char.encode(table)[0]
        except UnicodeEncodeError:
            return 0.05, high
        return (0.8 if first <= lead <= last else 0.15), high
    if _is_half(char):
        return 0.3, high
    if 0xFF01 <= code <= 0xFF5E or 0x3000 <= code <= 0x303F or 0x2010 <= code <= 0x25FF:
        return 0.7, high
    return (-1.0 if 0xE000 <= code <= 0xF8FF else 0.1), high
