"""Files are read inside one guard; what is written is whole, and what somebody else wrote is never lost."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
import textwrap
import warnings
from pathlib import Path

import polars as pl
import pytest
from kanmon.datasets import read_trade, read_update
from kanmon.graph import ReadError
from kanmon.graph import files as module
from kanmon.graph.files import MANIFEST, KeptWarning, check_folder, read_bytes, reading, whole_file, whole_folder, writing

posix = pytest.mark.skipif(os.name != "posix", reason="links, pipes and locks of POSIX")


def fill(path, *, force=True, **files):
    with whole_folder(path, force) as folder:
        for name, content in files.items():
            (folder / name).write_text(content, encoding="utf-8")


def holds(path):
    return {file.name: file.read_text(encoding="utf-8") for file in path.iterdir() if file.name != MANIFEST}


def deep(levels):
    return deep(levels + 1)


# --- the guard -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (lambda: int("many"), "invalid literal"),
        (lambda: deep(0), "recursion"),
        (lambda: 2.0**2000, "out of range"),
        (lambda: [] + {}, "can only concatenate"),
        (lambda: {}["name"], "name"),
        (lambda: (_ for _ in ()).throw(MemoryError()), "MemoryError"),
        (lambda: pl.Series([1]).map_elements(lambda _: 1 // 0, return_dtype=pl.Int64), "division"),
        (lambda: (_ for _ in ()).throw(pl.exceptions.PanicException("index out of bounds")), "index out of bounds"),
    ],
)
def test_whatever_a_library_raises_names_the_file(fault, reason):
    with pytest.raises(ReadError) as caught, reading("a/parts.csv"):
        fault()
    assert "parts.csv" in caught.value.text("ja") and reason in caught.value.text("en")


@pytest.mark.parametrize("leaving", [KeyboardInterrupt, SystemExit, GeneratorExit])
def test_who_wants_to_leave_leaves(leaving):
    with pytest.raises(leaving), reading("parts.csv"):
        raise leaving


def test_a_missing_file_is_named_with_its_neighbour(tmp_path):
    (tmp_path / "parts_2026.csv").touch()
    with pytest.raises(ReadError, match="Did you mean 'parts_2026.csv'"):
        read_bytes(tmp_path / "parts_2025.csv")


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), OSError("No space left on device (os error 28)")])
def test_a_full_disk_is_said_with_the_place(error):
    with pytest.raises(ReadError, match=r"out.csv' cannot be written: No space left on device"), writing("out.csv"):
        raise error


def test_an_error_without_words_still_has_a_reason():
    with pytest.raises(ReadError, match="cannot be written: OSError"), writing("out.csv"):
        raise OSError


def test_a_fault_that_is_not_the_files_passes():
    with pytest.raises(ZeroDivisionError), writing("out.csv"):
        _ = 1 / 0


# --- where may be written ------------------------------------------------------------------------------------------------


@posix
def test_devices_pipes_and_links_to_elsewhere_are_refused(tmp_path):
    os.mkfifo(tmp_path / "pipe.csv")
    (tmp_path / "there").mkdir()
    (tmp_path / "there" / "theirs.csv").write_text("theirs", encoding="utf-8")
    (tmp_path / "link.csv").symlink_to(tmp_path / "there" / "theirs.csv")
    (tmp_path / "folder").symlink_to(tmp_path / "there" / "deeper")
    for name in ("pipe.csv", "link.csv", "there"):
        with pytest.raises(ReadError), whole_file(tmp_path / name) as temporary:
            temporary.write_text("ours", encoding="utf-8")
    with pytest.raises(ReadError):
        read_bytes(tmp_path / "pipe.csv")  # it would wait for ever
    for name in ("pipe.csv", "folder", "link.csv"):
        with pytest.raises(ReadError):
            check_folder(tmp_path / name, force=True)
    assert (tmp_path / "there" / "theirs.csv").read_text(encoding="utf-8") == "theirs"


def test_a_device_is_refused_before_anything_is_written():
    with pytest.raises(ReadError, match="not a regular file"), whole_file(os.devnull):
        pytest.fail("the block must not begin")


@pytest.mark.parametrize("name", ["n" * 300, "a\0b"])
def test_a_name_that_no_system_takes_is_refused(tmp_path, name):
    with pytest.raises(ReadError), whole_file(tmp_path / name) as temporary:
        temporary.write_text("x", encoding="utf-8")
    with pytest.raises(ReadError):
        fill(tmp_path / name, a="x")
    with pytest.raises(ReadError):
        read_bytes(tmp_path / name)
    assert list(tmp_path.iterdir()) == []


def test_a_long_name_that_the_system_takes_is_written(tmp_path):
    with whole_file(tmp_path / ("n" * 240 + ".csv")) as temporary:
        temporary.write_text("x", encoding="utf-8")
    assert [file.name for file in tmp_path.iterdir()] == ["n" * 240 + ".csv"]


# --- what is not ours stays ----------------------------------------------------------------------------------------------


def test_stale_results_go_and_all_else_stays_and_is_named(tmp_path):
    out = tmp_path / "out"
    fill(out, **{"summary.json": "1", "stale.csv": "1"})
    (out / "thesis.txt").write_text("years of work", encoding="utf-8")
    (out / "private").mkdir()
    (out / "private" / "diary.txt").write_text("dear", encoding="utf-8")
    with pytest.warns(KeptWarning, match=r"private, thesis\.txt"):
        fill(out, **{"summary.json": "2"})
    assert {file.name for file in out.iterdir()} == {"summary.json", "thesis.txt", "private", MANIFEST}
    assert (out / "private" / "diary.txt").read_text(encoding="utf-8") == "dear"
    assert (out / "summary.json").read_text(encoding="utf-8") == "2"


def test_what_stands_in_the_way_is_renamed_and_never_overwritten(tmp_path):
    out = tmp_path / "out"
    (out / "summary.json").mkdir(parents=True)
    (out / "summary.json" / "theirs").write_text("a", encoding="utf-8")
    (out / "why.csv").write_text("theirs", encoding="utf-8")
    (out / "why.csv.old").write_text("older", encoding="utf-8")
    with pytest.warns(KeptWarning):
        fill(out, **{"summary.json": "ours", "why.csv": "ours"})
    assert (out / "summary.json.old" / "theirs").read_text(encoding="utf-8") == "a"
    assert (out / "why.csv.old.old").read_text(encoding="utf-8") == "theirs"
    assert (out / "why.csv.old").read_text(encoding="utf-8") == "older"


def test_a_result_that_a_person_changed_is_theirs(tmp_path):
    out = tmp_path / "out"
    fill(out, **{"mapping.yaml": "drafted", "stale.csv": "drafted"})
    (out / "mapping.yaml").write_text("by hand", encoding="utf-8")
    (out / "stale.csv").write_text("by hand", encoding="utf-8")
    with pytest.warns(KeptWarning):
        fill(out, **{"mapping.yaml": "drafted again"})
    assert holds(out) == {"mapping.yaml": "drafted again", "mapping.yaml.old": "by hand", "stale.csv": "by hand"}


@pytest.mark.parametrize(
    "claim", ['{"files": {"../theirs.txt": "0"}}', "[1]", "{", '{"files": {"theirs.txt": null}}', "[" * 5000]
)
def test_a_forged_manifest_gives_nothing_away(tmp_path, claim):
    out = tmp_path / "out"
    out.mkdir()
    (tmp_path / "theirs.txt").write_text("theirs", encoding="utf-8")
    (out / "theirs.txt").write_text("theirs", encoding="utf-8")
    (out / MANIFEST).write_text(claim, encoding="utf-8")
    with pytest.warns(KeptWarning):
        fill(out, **{"a.csv": "1"})
    assert (tmp_path / "theirs.txt").exists() and holds(out) == {"a.csv": "1", "theirs.txt": "theirs"}


@posix
def test_a_link_in_the_folder_is_not_followed(tmp_path):
    out = tmp_path / "out"
    fill(out, **{"a.csv": "1", "b.csv": "1"})
    theirs = tmp_path / "theirs.csv"
    theirs.write_text("1", encoding="utf-8")
    (out / "a.csv").unlink()
    (out / "a.csv").symlink_to(theirs)
    with pytest.warns(KeptWarning):
        fill(out, **{"a.csv": "2"})
    assert theirs.read_text(encoding="utf-8") == "1" and not (out / "a.csv").is_symlink()
    assert (out / "a.csv.old").is_symlink()


def test_the_mode_of_a_folder_stays(tmp_path):
    out = tmp_path / "out"
    out.mkdir(mode=0o700)
    fill(out, a="1")
    assert out.stat().st_mode & 0o777 == 0o700


def test_one_may_write_into_the_folder_one_stands_in(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    fill(".", a="1")
    fill(".", a="2")
    assert holds(tmp_path) == {"a": "2"} and Path.cwd().exists()


# --- another file system, and systems without an exchange ----------------------------------------------------------------


@pytest.mark.parametrize("way", ["no exchange", "mounted"])
def test_a_mounted_folder_and_a_system_without_exchange_give_the_same(tmp_path, monkeypatch, way):
    out = tmp_path / "out"
    fill(out, a="1", b="1")
    if way == "mounted":  # nothing may be renamed across its border
        monkeypatch.setattr(os.path, "ismount", lambda path: Path(path) == out)
        rename = Path.replace

        def within(self, target):
            if (out in Path(self).parents) != (out in Path(target).parents) or Path(self) == out:
                raise OSError(errno.EXDEV, os.strerror(errno.EXDEV))
            return rename(self, target)

        monkeypatch.setattr(Path, "replace", within)
    else:
        monkeypatch.setattr(module, "_exchanged", lambda *_: False)
    fill(out, a="2", c="2")
    assert holds(out) == {"a": "2", "c": "2"}
    assert set(json.loads((out / MANIFEST).read_text(encoding="utf-8"))["files"]) == {"a", "c"}
    assert [file.name for file in tmp_path.iterdir()] == ["out"]


# --- a kill at any point -------------------------------------------------------------------------------------------------

KILLED = textwrap.dedent(
    """
    import os, sys, warnings
    from pathlib import Path
    from kanmon.graph import files
    warnings.simplefilter("ignore")
    case, out, at = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
    if case == "piecemeal":
        files._exchanged = lambda *_: False
    calls = 0

    def killed(event, arguments):
        # Every call that can change what stands on the disk is a point at which the power may fail.
        global calls
        flags = arguments[2] if event == "open" else 0
        writes = (flags or 0) & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
        changes = {"os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.chmod", "shutil.rmtree", "ctypes.dlsym"}
        if writes or event in changes:
            calls += 1
            if calls == at:
                os._exit(9)

    sys.addaudithook(killed)
    if case == "file":
        with files.whole_file(out / "a") as path:
            path.write_text("new", encoding="utf-8")
    else:
        with files.whole_folder(out, force=True) as folder:
            for name in ("a", "b", "d"):
                (folder / name).write_text("new", encoding="utf-8")
    """
)
OLD, NEW = {"a": "old", "b": "old", "c": "old"}, {"a": "new", "b": "new", "d": "new"}


@posix
@pytest.mark.parametrize("case", ["alone", "shared", "piecemeal", "first", "file"])
def test_a_kill_at_any_point_leaves_the_old_or_the_new(tmp_path, case, monkeypatch):
    script = tmp_path / "killed.py"
    script.write_text(KILLED, encoding="utf-8")
    monkeypatch.setattr(module, "_ABANDONED_AFTER", -1)
    seen = []
    for at in range(1, 200):
        out = tmp_path / str(at) / "out"
        out.parent.mkdir()
        if case != "first":
            fill(out, **OLD)
        if case == "shared":
            (out / "theirs").write_text("theirs", encoding="utf-8")
        code = subprocess.run([sys.executable, script, case, out, str(at)], check=False).returncode
        assert code in {0, 9}
        kept = {"theirs": "theirs"} if case == "shared" else {}
        if case in {"alone", "first"}:  # as it stands, without any repair
            assert not out.exists() or holds(out) in ([NEW] if case == "first" else [OLD, NEW]), at
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            check_folder(out, force=True)  # what the next run does first
        found = holds(out) if out.exists() else {}
        states = [OLD | kept, NEW | kept] if case != "file" else [OLD, OLD | {"a": "new"}]
        assert found in ([{}, NEW] if case == "first" else states), at
        fill(out.parent / "other", a="x")  # and that a later run leaves no trace of the dead one
        assert not [file for file in out.parent.iterdir() if file.name.startswith(".")], at
        seen.append(found)
        if code == 0:
            break
    assert code == 0 and len(seen) > 5
    assert seen[0] in ({}, OLD | kept) and seen[-1] == states[1]


@posix
def test_a_running_write_is_not_swept_up(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "_ABANDONED_AFTER", -1)
    with whole_folder(tmp_path / "out") as first:
        (first / "a").write_text("1", encoding="utf-8")
        fill(tmp_path / "other", a="2")
        with whole_file(tmp_path / "b") as file:
            file.write_text("3", encoding="utf-8")
            fill(tmp_path / "third", a="4")
    assert holds(tmp_path / "out") == {"a": "1"} and (tmp_path / "b").read_text(encoding="utf-8") == "3"


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EACCES, errno.EDQUOT])
@pytest.mark.parametrize("step", ["fsync", "mkdir", "chmod"])
def test_a_disk_that_refuses_leaves_the_old_and_says_why(tmp_path, monkeypatch, step, number):
    out = tmp_path / "out"
    fill(out, **OLD)

    def refuse(*_, **__):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, step, refuse)
    with pytest.raises(ReadError) as caught:
        fill(out, **NEW)
    monkeypatch.undo()
    assert os.strerror(number) in caught.value.text("en") and "out" in caught.value.text("ja")
    assert holds(out) == OLD and [file.name for file in tmp_path.iterdir()] == ["out"]


@posix
def test_a_pipe_among_a_companys_files_is_refused_and_nothing_waits(tmp_path):
    from kanmon.datasets.intake.understanding import understand

    (tmp_path / "a.csv").write_text("part,supplier\nA-1,B\n", encoding="utf-8")
    os.mkfifo(tmp_path / "b.csv")
    with pytest.raises(ReadError, match=r"b\.csv"):
        understand(tmp_path)
    with pytest.raises(ReadError, match=r"b\.csv"):
        understand(tmp_path / "b.csv")


@pytest.mark.parametrize(
    "column",
    [
        pl.Series("hs6", [["1"]]),
        pl.Series("hs6", [{"a": 1}]),
        pl.Series("hs6", [b"\xff\xfe"]),
        pl.Series("hs6", [1]).cast(pl.Duration),
    ],
    ids=["list", "struct", "bytes", "span"],
)
def test_parquet_columns_of_no_plain_values_are_refused(tmp_path, column):
    from kanmon.graph import SupplyGraph

    rows = pl.DataFrame([{"id": "a", "name_en": "A", "kind": "mineral"}]).with_columns(column)
    rows.write_parquet(tmp_path / "items.parquet")
    with pytest.raises(ReadError, match="hs6"):
        SupplyGraph.read(tmp_path)


@pytest.mark.parametrize("name", ["flows.csv", "flows.parquet", "flows.json"])
def test_a_pipe_in_the_place_of_trade_or_of_a_release_is_refused_and_nothing_waits(tmp_path, name):
    os.mkfifo(tmp_path / name)
    with pytest.raises(ReadError):
        read_trade(tmp_path / name)
    with pytest.raises(ReadError):
        read_update([tmp_path / name])
