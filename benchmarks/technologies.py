"""How well and how fast lines are flagged.

    python benchmarks/technologies.py              precision and recall of each set, then a million lines
    python benchmarks/technologies.py --failures   also the wrong lines of the tuning half

Sets of labelled lines, each written before anything was tuned on it:

- tuning, held-out: `technology_cases.tsv`, split by a hash of the text. Of the held-out half only totals were looked at.
- late, unseen: batches written when tuning had seemed to end. At first sight precision was 0.966, 0.920, 0.978 and recall
  0.923, 0.881, 0.929 (late), 1.000 and 0.953 (unseen); their failures were then repaired, so that they count as tuning now.
- fresh: half of a batch of 245 lines, written before the rules of heads and qualifiers; tuned on. 0.964 / 0.915 before.
- sealed: the other half. Only totals were ever looked at: 0.964 / 0.857 before the rules, 0.968 / 0.968 with them.
- last: written after the rules; at first sight 1.000 / 0.968. The two misses were repaired.
- intake: written afresh for the reader of people's files, with the vocabulary unseen; at first sight 1.000 / 0.989. Its one
  miss (a ferrite magnet, which comes out as review) was left as it is.

Sealed and last together, at first sight: precision 121 / 123 = 0.984, recall 121 / 125 = 0.968. This is the number to
believe. The same people wrote lines and vocabulary, so a stranger's ledger may do worse.
"""

from __future__ import annotations

import argparse
import hashlib
import random
import resource
import time
from pathlib import Path

import polars as pl
from kanmon.risk.technology.flags import flag_technologies

CASES = Path(__file__).resolve().parent.parent / "tests" / "data" / "technology_cases.tsv"
HALVES = ("tuning", "held-out")
LATER = ("late", "unseen", "fresh", "sealed", "last", "intake")
SETS = (*HALVES, *LATER)


def cases() -> pl.DataFrame:
    """The labelled lines with their set; of SHA-256 an even first byte is tuning, an odd one held out."""
    frame = pl.read_csv(CASES, separator="\t", infer_schema=False, quote_char=None)
    half = [HALVES[hashlib.sha256(text.encode("utf-8")).digest()[0] % 2] for text in frame["text"]]
    later = [
        pl.read_csv(
            CASES.with_stem(f"technology_cases_{name}"), separator="\t", infer_schema=False, quote_char=None
        ).with_columns(half=pl.lit(name))
        for name in LATER
    ]
    return pl.concat([frame.with_columns(pl.Series("half", half)), *later]).with_row_index("row")


def outcome(frame: pl.DataFrame) -> pl.DataFrame:
    """One row per (line, technology) that is expected or flagged: ``expected`` and ``found`` verdicts."""
    flags = flag_technologies(frame, text="text", hs="hs", lang="en").select(
        pl.col("row").cast(pl.UInt32), pl.col("technology").cast(pl.String), pl.col("verdict").alias("found"), "evidence"
    )
    expected = frame.filter(pl.col("verdict") != "none").select("row", "technology", pl.col("verdict").alias("expected"))
    both = expected.join(flags, on=["row", "technology"], how="full", coalesce=True)
    lines = frame.select("row", "text", "hs", "lang", "note", "half")
    return both.with_columns(pl.col("expected", "found").fill_null("none")).join(lines, on="row")


def score(outcomes: pl.DataFrame, half: str) -> dict[str, float]:
    """Precision and recall of ``match`` in one set, with the counts behind them."""
    mine = outcomes.filter(pl.col("half") == half)
    right = mine.filter((pl.col("expected") == "match") & (pl.col("found") == "match")).height
    said, meant = mine.filter(pl.col("found") == "match").height, mine.filter(pl.col("expected") == "match").height
    noise = mine.filter((pl.col("expected") == "none") & (pl.col("found") == "review")).height
    return {"precision": right / said, "recall": right / meant, "said": said, "meant": meant, "needless_reviews": noise}


def ledger(lines: int, seed: int = 1) -> pl.DataFrame:
    """A ledger of different lines in the manner of the cases: each a case with its own quantity and order number."""
    draw, texts = random.Random(seed), cases()["text"].to_list()
    return pl.DataFrame({"name": [f"{draw.choice(texts)} {draw.randrange(10**6)}-{row}" for row in range(lines)]})


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--failures", action="store_true")
    parser.add_argument("--lines", type=int, default=1_000_000)
    arguments = parser.parse_args()
    frame = cases()
    outcomes = outcome(frame)
    for half in SETS:
        values = score(outcomes, half)
        count = frame.filter(pl.col("half") == half).height
        print(f"{half:9} {count} lines  " + "  ".join(f"{k} {v:.3f}" for k, v in list(values.items())[:2]), end="  ")
        print("  ".join(f"{k} {v}" for k, v in list(values.items())[2:]))
    if arguments.failures:
        wrong = outcomes.filter(
            (pl.col("half") == "tuning")
            & (pl.col("expected") != pl.col("found"))
            & ((pl.col("expected") == "match") | (pl.col("found") == "match"))
        )
        for row in wrong.sort("row").iter_rows(named=True):
            print(row["technology"], row["expected"], "->", row["found"], "|", row["text"], row["hs"], "|", row["evidence"])
    if arguments.lines:
        lines = ledger(arguments.lines)
        start, processor = time.perf_counter(), time.process_time()
        flags = flag_technologies(lines)
        seconds, processor = time.perf_counter() - start, time.process_time() - processor
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"{lines.height} different lines: {seconds:.1f} s ({processor:.1f} s of processor), ", end="")
        print(f"{flags.height} flags, peak {peak:.0f} MiB")


if __name__ == "__main__":
    main()
