"""Folding of practitioners' text, so that spellings of one name become one string.

Width (NFKC), case, dashes, the long vowel mark, small kana and spaces inside Japanese are all folded. Offsets are
those of the folded string; `breaks` says where a space stood before it was dropped.
"""

from __future__ import annotations

import re
import unicodedata

CJK = "\u3005-\u3007\u3041-\u3096\u30a1-\u30fa\u3400-\u9fff\uf900-\ufaff"
_SMALL = str.maketrans("ァィゥェォッャュョヮヵヶ", "アイウエオツヤユヨワカケ")
_MARKS = str.maketrans({
    **dict.fromkeys("‐‑‒–—―−﹣－", "-"),
    **dict.fromkeys("_・･\u200b\u3000\xa0\t\r\n", " "),
    **dict.fromkeys("、，;；", ","),
    "〜": "~",
})  # fmt: skip
_VOWEL = re.compile(r"(?<=[\u30a1-\u30fa])[ー-]+|ー+")
_PAUSE = re.compile(r" +-+ +")
_DASH = re.compile(r"-+")
_SPACES = re.compile(r" {2,}")
_COMMA = re.compile(r" *, *")
_JOINT = re.compile(rf"(?<=[{CJK}]) | (?=[{CJK}])")


def fold(text: str) -> str:
    """Return ``text`` folded, single spaces kept.

    >>> fold("ＳＡＷ ﾌｨﾙﾀｰ－２．４GHz"), fold("Multi‐Layer  CAP, CER")
    ('saw フイルタ2.4ghz', 'multi layer cap,cer')
    """
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text).translate(_MARKS)
        text = _VOWEL.sub("", text.translate(_SMALL))
    else:
        text = text.translate(_MARKS)
    text = text.lower()
    if "-" in text:
        # Between spaces a dash parts what is said as a comma does: magnet - 5 mm.
        text = _DASH.sub(" ", _PAUSE.sub(",", text))
    text = _COMMA.sub(",", text) if "," in text else text
    return _SPACES.sub(" ", text).strip()


def compact(folded: str) -> str:
    """Return ``folded`` without the spaces that touch Japanese or Chinese: they separate nothing there.

    >>> compact("積層 セラミツク コンデンサ 50 v")
    '積層セラミツクコンデンサ50 v'
    """
    return folded if folded.isascii() else _JOINT.sub("", folded)


def breaks(folded: str) -> frozenset[int]:
    """Return the offsets in ``compact(folded)`` before which a space was dropped.

    >>> sorted(breaks("炭素 繊維 a b"))
    [2, 4]
    """
    return frozenset(match.start() - seen for seen, match in enumerate(_JOINT.finditer(folded)))
