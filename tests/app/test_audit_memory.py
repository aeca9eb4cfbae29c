"""What an audit holds no longer than it needs it."""

from kanmon.app.audit.report import audit
from kanmon.datasets.intake.understanding import understand
from kanmon.datasets.intake.values import is_blank, number

BILL = "Parent,Part,Name,Qty\nM-1,P-1,Motor,2\nM-1,P-2,Gear,4\n"


def test_an_audit_lets_go_of_the_cells_that_it_read_when_the_company_is_known(tmp_path):
    (tmp_path / "bill.csv").write_text(BILL, encoding="utf-8")
    found = understand(tmp_path)
    assert is_blank.cache_info().currsize and number.cache_info().currsize
    audit(found, lang="en", date="2026-01-31")
    assert number.cache_info().currsize == 0


def test_an_audit_of_a_company_keeps_the_facts_of_its_graphs_and_none_of_their_networks(tmp_path):
    (tmp_path / "bill.csv").write_text(BILL, encoding="utf-8")
    built = audit(tmp_path, lang="en", date="2026-01-31").built
    assert built.own.inputs.height == 2
    assert not vars(built.own).keys() & {"_networks", "markets", "supplier_chains"}
