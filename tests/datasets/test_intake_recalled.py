"""What cells were read as is remembered while files are read, and let go of when they are."""

from kanmon.datasets.intake import recalled
from kanmon.datasets.intake.understanding import understand

BILL = "Parent,Part,Name,Qty\nM-1,P-1,Motor,2\nM-1,P-2,Gear,4\nM-1,P-2,Gear,4\n"


def test_a_cell_that_stands_in_many_lines_is_read_once(monkeypatch):
    seen = []
    monkeypatch.setattr(recalled, "_READINGS", [])
    read = recalled.recalled(lambda cell: seen.append(cell) or cell.upper())
    assert [read("a"), read("a"), read("b")] == ["A", "A", "B"]
    recalled.forget()
    assert read("a") == "A"
    assert seen == ["a", "b", "a"]


def test_a_text_that_stands_in_many_cells_is_one_in_memory(tmp_path):
    (tmp_path / "bill.csv").write_text(BILL, encoding="utf-8")
    (table,) = understand(tmp_path).tables
    parents, parts = table.cells(0), table.cells(1)
    assert parents[0] is parents[1] is parents[2]
    assert parts[1] is parts[2]
