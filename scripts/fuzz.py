"""Hostile inputs by structure: files of every kind that Kanmon reads, valid but for what a mutation did to them.

    python scripts/fuzz.py --seconds 100        # exit 1 and the input kept where one ends in anything but a result or a
                                                # KanmonError
    python scripts/fuzz.py --seed 7 --deep 0.1  # the cases of seed 7, a tenth of them through figures and writing, too
    python scripts/fuzz.py --replay FILE ...    # inputs that were kept, again

Cases are drawn by `fuzz_inputs.drawn` and taken through `fuzz_doors.attempt`, all in this process. Quick readers get the
most inputs, slow ones still some; the table that is printed says how many each kind got, how they ended, and how many go
into a second of the processor.
"""

from __future__ import annotations

import argparse
import json
import random
import signal
import sys
import time
import traceback
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

from fuzz_doors import attempt
from fuzz_inputs import KINDS, Case, drawn

SLOW = 60
"""Seconds of the processor, or ten times as many that pass, after which an input counts as a hang."""
ENDS = ("right", "read", "asked", "refused", "fault")
TOLD = 60
"""Seconds between two tables."""
BATCH = 20
"""Inputs of a kind, one after another."""


def hung(*_: Any) -> None:
    """Say that an input took too long."""
    raise TimeoutError(f"more than {SLOW} seconds")


def memory() -> float:
    """Return the MiB that this process holds; 0 where the system does not say."""
    try:
        return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) / 256
    except OSError:
        return 0.0


def fault_of(case: Case) -> tuple[str, str] | None:
    """Return where a case fails and what it says; None where it ends as it should."""
    signal.setitimer(signal.ITIMER_PROF, SLOW)
    signal.alarm(10 * SLOW)
    try:
        attempt(case)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # a panic of a library in Rust is no Exception
        frames = traceback.extract_tb(error.__traceback__)
        own = [frame for frame in frames if f"{Path(__file__).parents[1]}" in frame.filename] or frames
        place = f"{type(error).__name__} at {Path(own[-1].filename).name}:{own[-1].lineno}"
        return place, " ".join(str(error).split())[:200]
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.alarm(0)
    return None


def shrunk(case: Case, where: str) -> Case:
    """Return a case that fails at the same place, with as little done to it as can be left."""
    left = True
    while left:
        left = False
        for name in ("changes", "torn", "paths", "words"):
            for i in range(len(case.get(name, ()))):
                less = case | {name: case[name][:i] + case[name][i + 1 :]}
                if (fault_of(less) or ("",))[0] == where:
                    case, left = less, True
                    break
    return case


class Rounds:
    """Cases one after another, and how often each kind ended how."""

    def __init__(self, kinds: list[str], seed: int, deep: float, kept: Path) -> None:
        self.kinds, self.rng, self.deep, self.kept = kinds, random.Random(seed), deep, kept
        self.counts: Counter[tuple[str, str]] = Counter()
        self.faults: dict[str, str] = {}
        kept.mkdir(parents=True, exist_ok=True)
        self.last = (kept / "last").open("w", encoding="utf-8")
        self.spent: dict[str, float] = defaultdict(float)
        self.tried: Counter[str] = Counter()

    def run(self, seconds: float, inputs: int | None = None) -> None:
        """Try cases until the time has passed, or there were enough."""
        start = told = time.monotonic()
        while time.monotonic() < start + seconds and (inputs is None or self.counts.total() < inputs):
            # As many inputs as cost to the power of -1.5: slow readers get a fair part, quick ones more.
            kind = min(self.kinds, key=lambda kind: self.spent[kind] ** 3 / max(self.tried[kind], 1))
            begun = time.process_time()
            for _ in range(BATCH):
                self.one(drawn(self.rng, kind, self.rng.random() < self.deep))
            self.spent[kind] += time.process_time() - begun
            self.tried[kind] += BATCH
            if time.monotonic() > told + TOLD:
                told = time.monotonic()
                print(f"{self}\n{told - start:,.0f} s, {memory():,.0f} MiB\n", flush=True)

    def one(self, case: Case) -> None:
        """Try a case; the first of its place that fails is shrunk and kept. One that ends the process stands in ``last``."""
        self.last.seek(0)
        self.last.truncate()
        self.last.write(json.dumps(case, ensure_ascii=True))
        self.last.flush()
        signal.setitimer(signal.ITIMER_PROF, SLOW)
        signal.alarm(10 * SLOW)
        try:
            end = attempt(case)
        except KeyboardInterrupt:
            raise
        except BaseException:
            end = "fault"
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
            signal.alarm(0)
        self.counts[case["kind"], end] += 1
        if end == "fault" and (found := fault_of(case)):
            self.keep(case, *found)

    def keep(self, case: Case, where: str, words: str) -> None:
        """Write down the first case of a place."""
        if where in self.faults:
            return
        text = json.dumps(shrunk(case, where), ensure_ascii=True)
        self.faults[where] = f"{where}: {words}\n  {text}"
        print(self.faults[where], flush=True)
        (self.kept / f"{len(list(self.kept.iterdir())):04}.json").write_text(text + "\n", encoding="utf-8")

    def __str__(self) -> str:
        lines = [f"{'input':30}" + "".join(f"{end:>10}" for end in (*ENDS, "all", "a second"))]
        for kind in [*sorted(self.kinds), "all"]:
            found = [sum(n for (k, e), n in self.counts.items() if e == end and kind in {k, "all"}) for end in ENDS]
            work = self.spent[kind] if kind != "all" else sum(self.spent.values())
            lines.append(f"{kind:30}" + "".join(f"{n:>10,}" for n in (*found, sum(found), int(sum(found) / (work or 1)))))
        return "\n".join(lines)


def main() -> None:
    """Run rounds, or replay cases."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seconds", type=float, default=100)
    parser.add_argument("--inputs", type=int, help="end after so many, too")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(2**31))
    parser.add_argument("--deep", type=float, default=0.1, help="part that goes on into figures and writing")
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=KINDS)
    parser.add_argument("--keep", type=Path, default=Path("out/fuzz"))
    parser.add_argument("--replay", type=Path, nargs="*")
    given = parser.parse_args()
    if given.replay is not None:
        for file in given.replay:
            print(file.name, attempt(json.loads(file.read_text(encoding="utf-8"))))
        return
    for number in (signal.SIGALRM, signal.SIGPROF):
        signal.signal(number, hung)
    print(f"seed {given.seed}")
    rounds = Rounds(given.kinds, given.seed, given.deep, given.keep)
    rounds.run(given.seconds, given.inputs)
    print(rounds)
    sys.exit(1 if rounds.faults else 0)


if __name__ == "__main__":
    main()
