"""A sweep that is interrupted goes on and loses nothing; on Dask it survives the death of a worker."""

import os
import signal
import time
from pathlib import Path

import polars as pl
import pytest
from kanmon.graph import FirmNetwork, InputError, ReadError
from kanmon.graph.files import KeptWarning
from kanmon.risk import systemic_losses, systemic_risk
from kanmon.risk.systemic import batches as sweep_module
from kanmon.risk.systemic import layouts
from kanmon.risk.systemic.batches import sweep

GOLDEN = Path(__file__).parents[1] / "data" / "golden_esri" / "g03_n200_leontief"


@pytest.fixture
def network():
    return FirmNetwork.from_transactions(*[GOLDEN / f"{name}.csv" for name in ("transactions", "firms", "roles")])


@pytest.fixture
def small_parts(monkeypatch):
    monkeypatch.setattr("kanmon.risk.systemic.cascade._PART", 16)


def test_an_interrupted_sweep_goes_on_where_it_stopped(network, small_parts, tmp_path, monkeypatch):
    expected = systemic_risk(network)
    add, done = sweep_module._Folder.add, []

    def interrupted(folder, number, frame):
        add(folder, number, frame)
        done.append(number)
        if len(done) == 4:
            raise KeyboardInterrupt

    monkeypatch.setattr(sweep_module._Folder, "add", interrupted)
    with pytest.raises(KeyboardInterrupt):
        systemic_risk(network, out=tmp_path / "sweep", threads=2)
    assert len(list((tmp_path / "sweep").glob("*.parquet"))) == 4
    first = set(done)
    assert systemic_risk(network, out=tmp_path / "sweep").equals(expected)
    assert sorted(done) == list(range(13))
    assert not first & set(done[4:])


def test_a_part_that_was_not_finished_is_done_again(network, small_parts, tmp_path):
    expected = systemic_risk(network, out=tmp_path)
    parts = sorted(tmp_path.glob("*.parquet"))
    parts[2].rename(parts[2].with_suffix(".12345"))
    assert systemic_risk(network, out=tmp_path).equals(expected)


@pytest.mark.parametrize("damage", ["flipped", "cut", "swapped", "foreign"])
def test_a_part_that_is_damaged_or_foreign_is_computed_again_and_that_is_said(network, small_parts, tmp_path, damage):
    expected = systemic_risk(network, out=tmp_path / "a")
    first, second = sorted((tmp_path / "a").glob("part-*.parquet"))[:2]
    content = first.read_bytes()
    if damage == "flipped":
        first.write_bytes(content[:200] + bytes([content[200] ^ 1]) + content[201:])
    elif damage == "cut":
        first.write_bytes(content[:-20])
    elif damage == "swapped":
        first.write_bytes(second.read_bytes())
    else:
        systemic_risk(network, out=tmp_path / "b", tolerance=1e-3)
        sorted((tmp_path / "b").glob("part-*.parquet"))[0].replace(first)
    with pytest.warns(KeptWarning, match=r"1 part\(s\) in"):
        assert systemic_risk(network, out=tmp_path / "a").equals(expected)


def test_a_folder_of_another_sweep_is_refused(network, tmp_path):
    systemic_risk(network, out=tmp_path)
    for other in ({"tolerance": 1e-3}, {"firms": [1]}, {"replaceable": False}):
        with pytest.raises(InputError, match="another sweep"):
            systemic_risk(network, out=tmp_path, **other)
    with pytest.raises(InputError, match="another sweep"):
        systemic_losses(network, out=tmp_path)
    tables = [GOLDEN.parent / "g01_n200_mixed" / f"{name}.csv" for name in ("transactions", "firms", "roles")]
    with pytest.raises(InputError, match="another sweep"):
        systemic_risk(FirmNetwork.from_transactions(*tables), out=tmp_path)
    with pytest.raises(InputError, match="another sweep"):
        systemic_risk(network, out=tmp_path, method="lanes")
    assert systemic_risk(network, out=tmp_path, method="frontier").equals(systemic_risk(network, out=tmp_path))
    (tmp_path / "sweep.json").write_text("torn", encoding="utf-8")
    with pytest.raises(InputError, match="another sweep"):
        systemic_risk(network, out=tmp_path)


@pytest.mark.parametrize(
    "other",
    [
        {"loss": [0.5, 0.75]},
        {"firm": [1, 3]},
        {"loss_upstream": [0.5, 0.25]},
        {"scenario": ["a", "b"]},
        {"scenario": ["z", "z"]},
    ],
    ids=["other losses", "other firms", "other losses upstream", "other scenarios", "other names"],
)
def test_a_folder_of_other_shocks_is_refused_whatever_they_are_called(network, tmp_path, other):
    shocks = {"firm": [1, 2], "scenario": ["a", "a"], "loss": [0.5, 1.0]}
    found = systemic_risk(network, shocks=shocks, out=tmp_path)
    assert systemic_risk(network, shocks=shocks, out=tmp_path).equals(found)
    with pytest.raises(InputError, match="another sweep"):
        systemic_risk(network, shocks=shocks | other, out=tmp_path)
    with pytest.raises(InputError, match="another sweep"):
        systemic_risk(network, shocks=shocks, out=tmp_path, max_steps=3)


def test_a_folder_that_cannot_be_made_is_a_read_error(network, tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(ReadError, match="cannot be used"):
        systemic_risk(network, out=tmp_path / "file")


def test_an_error_in_a_part_is_raised_and_stops_the_rest():
    begun = []

    def divide(part):
        begun.append(part)
        time.sleep(0.1 if part else 0)  # the first part fails while the others are still waiting or at work
        return pl.DataFrame({"x": [1 / part]})

    with pytest.raises(ZeroDivisionError):
        sweep(divide, list(range(50)), threads=2)
    assert len(begun) < 10


@pytest.fixture(scope="module")
def cluster():
    distributed = pytest.importorskip("distributed")
    with (
        distributed.LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None) as cluster,
        distributed.Client(cluster) as client,
    ):
        yield client


def test_a_worker_killed_in_the_middle_costs_nothing(network, small_parts, cluster, tmp_path, monkeypatch):
    expected = systemic_risk(network, tolerance=1e-3)
    add, killed = sweep_module._Folder.add, []

    def kill_once(folder, number, frame):
        add(folder, number, frame)
        if not killed:
            killed.append(next(iter(cluster.run(os.getpid).values())))
            os.kill(killed[0], signal.SIGKILL)

    monkeypatch.setattr(sweep_module._Folder, "add", kill_once)
    found = systemic_risk(network, tolerance=1e-3, executor=cluster, out=tmp_path)
    assert killed
    assert found.equals(expected)


def test_dask_by_name_takes_the_current_client(network, small_parts, cluster, tmp_path):
    saved = network.save(tmp_path)
    assert systemic_risk(saved, executor="dask").equals(systemic_risk(network))
    shocks = pl.DataFrame({"firm": [3, 5], "scenario": [1, 2], "loss": [0.5, 1.0]})
    assert systemic_losses(saved, shocks=shocks, executor="dask").equals(systemic_losses(network, shocks=shocks))


def test_the_same_network_is_laid_out_once_per_process(network, tmp_path):
    saved = network.save(tmp_path)
    layouts.pull.cache_clear()
    for opened in (network, saved, FirmNetwork.open(tmp_path)):
        systemic_risk(opened)
    assert layouts.pull.cache_info().misses <= 2
