"""What suppliers write into a questionnaire as people do: used as it is meant, or said not to be used, never passed over."""

from dataclasses import replace

import openpyxl
import pytest
from kanmon.app.survey import replies
from kanmon.app.survey.questions import ranked_questions
from open_document import as_ods
from survey_company import ROWS, answered, bounds, company, figures, questionnaires, replied, told


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    return company(tmp_path_factory.mktemp("company") / "audit.xlsx")


@pytest.fixture(scope="module")
def sent(base, tmp_path_factory):
    return questionnaires(base, ranked_questions(base, figures(base)), tmp_path_factory.mktemp("survey") / "out")


def page_of(book, name):
    return next(page for page in book if page.title.startswith(name))


def changed(path, target, change):
    """A questionnaire in which somebody changed more than its white cells."""
    book = openpyxl.load_workbook(path)
    change(book)
    book.save(target)
    return target


def keys(found):
    return sorted(remark.message.key.rpartition(".")[2] for remark in found.remarks)


@pytest.mark.parametrize("cell", ["日本 中国", "Japan / China", "中国（台湾）", "Germany and China", "China, Vietnam"])
def test_two_countries_in_one_cell_are_none_and_said(base, sent, tmp_path, cell):
    told = {("origin", "P2", 0): {"country": cell, "share": 1}}
    merged, found = replied(base, answered(sent["Gamma"], tmp_path / "r.xlsx", told))
    assert keys(found) == ["cell", "half"] and merged.company.sources == base.sources


@pytest.mark.parametrize(
    ("cell", "code"),
    [("中国 江蘇省", "CHN"), ("China (Suzhou)", "CHN"), ("台湾地区", "TWN"), ("智利", "CHL"), ("USA CA", "USA")],
)
def test_a_country_is_read_with_the_place_behind_it_and_in_chinese(base, sent, tmp_path, cell, code):
    told = {("origin", "P2", 0): {"country": cell, "share": "约100%"}}
    merged, found = replied(base, answered(sent["Gamma"], tmp_path / "r.xlsx", told))
    assert not found.remarks and [one.country for one in merged.company.sources["P2"]] == [code]


@pytest.mark.parametrize(("cell", "days"), [("30天", 30.0), ("3个月", 90.0), ("约2周", 14.0), ("15个工作日", 21.0)])
def test_days_are_read_in_the_languages_of_the_questionnaire(base, sent, tmp_path, cell, days):
    told = {("behind", "P1", 0): {"input": "ore", "country": "智利", "share": "多半", "stock": cell}}
    told |= {("answers", "P1", "stock"): {"answer": 0}}
    merged, found = replied(base, answered(sent["Alpha"], tmp_path / "r.xlsx", told))
    (id,) = merged.company.told
    assert merged.company.parts[id].stock_days == days and keys(found) == ["cell"]  # the share


@pytest.mark.parametrize(
    ("cell", "ends"),
    [
        ("30-60日", (30, 60)),
        ("30日〜60日", (30, 60)),
        ("1～2か月", (30, 60)),
        ("30 to 45 days", (30, 45)),
        ("60日以上", (60, None)),
    ]
    + [("at least 60 days", (60, None)), ("90+", (90, None)), ("60天以内", (0, 60))]
    + [("60-30日", None), ("2026-03-31", None), ("soon", None), ("-", None)],
)
def test_of_a_range_of_days_of_stock_both_ends_are_used(base, sent, tmp_path, cell, ends):
    told = {("behind", "P1", 0): {"input": "ore", "country": "Chile", "share": 1, "stock": cell}}
    told |= {("answers", "P1", "stock"): {"answer": 0}}
    merged, found = replied(base, answered(sent["Alpha"], tmp_path / "r.xlsx", told))
    (id,) = merged.company.told
    part = merged.company.parts[id]
    assert part.stock_days is None and (part.stock_least, part.stock_most) == (ends or (None, None))
    assert keys(found) == (["range"] if ends else [] if cell == "-" else ["cell"])


def test_the_stock_of_finished_goods_adds_its_ends_to_those_of_what_goes_in(base, sent, tmp_path):
    told = {("behind", "P1", 0): {"input": "ore", "country": "Chile", "share": 1, "stock": "30-60日"}}
    told |= {("answers", "P1", "stock"): {"answer": "10日以内"}}
    merged, _ = replied(base, answered(sent["Alpha"], tmp_path / "r.xlsx", told))
    (id,) = merged.company.told
    assert merged.company.parts[id].stock == (30, 70)
    # Alpha's half stops on day 30 at the earliest, 70 at the latest; there are 30 days of P1 in stock.
    low, _ = bounds(merged.company, "CHL")
    assert low == pytest.approx((0.5 * (180 - 70) - 30) / 180)


@pytest.mark.parametrize(("cell", "ends"), [("30-60日", (30, 60)), ("8 to 12 weeks", (56, 84)), ("60日以内", (0, 60))])
def test_of_a_range_of_a_lead_time_both_ends_are_used(base, sent, tmp_path, cell, ends):
    told = {("answers", "P1", "lead"): {"answer": cell}}
    merged, found = replied(base, answered(sent["Alpha"], tmp_path / "r.xlsx", told))
    assert [one.lead_days for one in merged.company.sources["P1"] if one.maker == "Alpha"] == [ends]
    assert keys(found) == ["range"]


def test_a_lead_time_of_the_company_stays_beside_the_range_of_its_supplier_and_both_are_said(base, sent, tmp_path):
    stated = [replace(source, lead_days=45.0) for source in base.sources["P1"]]
    own = replace(base, sources=base.sources | {"P1": stated})
    told = {("answers", "P1", "lead"): {"answer": "30-60日"}}
    merged, found = replied(own, answered(sent["Alpha"], tmp_path / "r.xlsx", told))
    assert {source.lead_days for source in merged.company.sources["P1"]} == {45.0}
    (kept,) = (one for one in found.remarks if one.message.key.endswith("kept"))
    assert "45 days" in kept.message.text("en") and "30–60" in kept.message.text("en")
    assert "30〜60" in kept.message.text("ja") and "–" not in kept.message.text("ja")


def test_a_line_that_leaves_the_material_blank_goes_on_with_the_one_above(base, sent, tmp_path):
    told = {("behind", "P1", 0): {"input": "ore", "country": "Chile", "share": "7割"}}
    told |= {("behind", "P1", 1): {"country": "Peru", "share": 0.3}, ("behind", "P1", 3): {"country": "Japan"}}
    merged, _ = replied(base, answered(sent["Alpha"], tmp_path / "r.xlsx", told))
    first, second = (merged.company.sources[id] for id in merged.company.told)
    assert {one.country: one.share for one in first} == pytest.approx({"CHL": 0.7, "PER": 0.3})
    assert [one.country for one in second] == ["JPN", None]  # a blank line between: another one, without a name


def test_shares_above_the_whole_are_left_out_and_the_places_kept(base, sent, tmp_path):
    told = {("origin", "P2", 0): {"country": "VNM", "share": 0.8}, ("origin", "P2", 1): {"country": "THA", "share": 0.5}}
    merged, found = replied(base, answered(sent["Gamma"], tmp_path / "r.xlsx", told))
    assert keys(found) == ["over"]
    assert {(one.country, one.share) for one in merged.company.sources["P2"]} == {("VNM", None), ("THA", None), (None, None)}


@pytest.mark.parametrize(("cell", "share"), [(1.2, None), ("1.2", None), ("1.2%", 0.012), (35, 0.35), (2, 0.02), (1, 1.0)])
def test_120_percent_in_a_cell_of_percents_is_no_share_of_one_percent(base, sent, tmp_path, cell, share):
    told = {("origin", "P2", 0): {"country": "VNM", "share": cell}}
    merged, found = replied(base, answered(sent["Gamma"], tmp_path / "r.xlsx", told))
    assert [one.share for one in merged.company.sources["P2"] if one.country == "VNM"] == [share]
    assert ("cell" in keys(found)) == (share is None)


def test_the_rest_of_two_stated_places_is_in_neither_of_them(tmp_path):
    rows = [("P1", "Gear", "Alpha", "Japan", 0.3, 30, 400, None), ("P1", "Gear", "Alpha", "China", 0.7, 30, 400, None)]
    found = company(tmp_path / "a.xlsx", [*rows, ("P2", "Pin", "Alpha", None, 1.0, 0, 400, None), *ROWS[3:]])
    files = questionnaires(found, ranked_questions(found, figures(found)), tmp_path / "out")

    def rename(book):
        for row in page_of(book, "生産国").iter_rows(min_row=5):
            row[0].value = "P1"

    path = changed(files["Alpha"], tmp_path / "b.xlsx", rename)
    answered(path, tmp_path / "r.xlsx", {("origin", "P1", 0): {"country": "Poland", "share": 0.4}})
    merged, _ = replied(found, tmp_path / "r.xlsx")
    assert {one.country: one.share for one in merged.company.sources["P1"]} == pytest.approx({"POL": 0.4, None: 0.6})


@pytest.mark.parametrize(
    ("cell", "days"),
    [("两周", 14), ("一个月", 30), ("半年", 182.5), ("三か月", 90), ("十天", 10), ("十五天", None), ("半分", None)],
)
def test_a_figure_that_is_written_as_a_word_is_one(base, sent, tmp_path, cell, days):
    merged, found = replied(
        base, answered(sent["Gamma"], tmp_path / "r.xlsx", {("answers", "P2", "lead"): {"answer": cell}})
    )
    assert [one.lead_days for one in merged.company.sources["P2"]] == [days] and keys(found) == ([] if days else ["cell"])


def test_no_stock_may_be_none_or_not_known_and_that_is_said(base, sent, tmp_path):
    told = {("behind", "P1", 0): {"input": "ore", "country": "Chile", "share": 1, "stock": "无"}}
    told |= {("behind", "P1", 1): {"input": "coke", "country": "Chile", "share": 1, "stock": "-"}}
    merged, found = replied(base, answered(sent["Alpha"], tmp_path / "r.xlsx", told))
    assert all(merged.company.parts[id].stock is None for id in merged.company.told) and keys(found) == ["none"]


def test_a_ditto_names_no_firm(base, sent, tmp_path):
    told = {("behind", "P2", 0): {"input": "ore", "country": "智利", "source": "Kappa", "share": "六成"}}
    told |= {("behind", "P2", 1): {"input": "同上", "country": "秘鲁", "source": "〃", "share": "四成"}}
    merged, found = replied(base, answered(sent["Gamma"], tmp_path / "r.xlsx", told))
    (sources,) = (merged.company.sources[id] for id in merged.company.told)
    assert {(one.maker, one.country, round(one.share, 9)) for one in sources} == {
        ("Kappa", "CHL", 0.6),
        ("Kappa", "PER", 0.4),
    }
    assert keys(found) == ["ditto"]


@pytest.mark.parametrize(
    ("cell", "maker"),
    [("自产", "Gamma"), ("外购", "Gamma"), ("自社", "Gamma"), ("我公司", "Gamma"), ("ある", "Gamma"), ("Kappa", "Kappa")],
)
def test_no_firm_is_made_of_a_word_that_names_none(base, sent, tmp_path, cell, maker):
    told = {("origin", "P2", 0): {"country": "VNM", "share": 1, "maker": cell}}
    merged, found = replied(base, answered(sent["Gamma"], tmp_path / "r.xlsx", told))
    assert [one.maker for one in merged.company.sources["P2"]] == [maker]
    assert keys(found) == (["cell"] if cell in {"ある", "外购"} else [])


@pytest.mark.parametrize("cell", ["非開示", "ある", "保密", "Confidential", "不便透露", "多家", "各社", "国内供应商"])
def test_a_source_that_is_withheld_has_a_country_and_no_name(base, sent, tmp_path, cell):
    told = {("behind", "P1", 0): {"input": "ore", "country": "Chile", "share": 1, "source": cell}}
    merged, found = replied(base, answered(sent["Alpha"], tmp_path / "r.xlsx", told))
    ((one,),) = (merged.company.sources[id] for id in merged.company.told)
    assert (one.maker, one.country) == ("", "CHL") and keys(found) == ["cell"]


NO_NAMES = ["約", "约", "0,4", "40%", "@SUM(A1)", "+A1+B1", "'=A1", "2026/3/31", "令和8年3月31日", "30日", "100", "(1)"]
NO_NAMES += ["see attached", "別紙参照", "见附件", "siehe Anlage", "첨부 참조"]


@pytest.mark.parametrize("cell", [*NO_NAMES, "中国", "Chile", "We buy it from several makers", "複数社から購入しています"])
def test_what_can_be_no_name_is_no_firm_and_said(base, sent, tmp_path, cell):
    told = {("behind", "P2", 0): {"input": "ore", "country": "Chile", "share": 1, "source": cell}}
    told |= {("origin", "P2", 0): {"country": "Vietnam", "share": 1, "maker": cell}}
    merged, found = replied(base, answered(sent["Gamma"], tmp_path / "r.xlsx", told))
    ((one,),) = (merged.company.sources[id] for id in merged.company.told)
    assert (one.maker, one.country) == ("", "CHL") and keys(found) == ["cell", "cell"]
    assert [(one.maker, one.country) for one in merged.company.sources["P2"]] == [("Gamma", "VNM")]


@pytest.mark.parametrize("cell", NO_NAMES)
def test_what_can_be_no_name_is_no_material_and_said(base, sent, tmp_path, cell):
    told = {("behind", "P1", 0): {"input": cell, "country": "Chile", "share": 1}}
    merged, found = replied(base, answered(sent["Alpha"], tmp_path / "r.xlsx", told))
    (id,) = merged.company.told
    assert id == "P1 < Alpha: P1" and keys(found)[0] == "cell"  # as where the cell is blank


@pytest.mark.parametrize(
    "cell", ["3M", "7日本工業", "日亜化学", "3D Systems", "A.O. Smith", "@Home GmbH", "21世紀電池", "JPN"]
)
def test_a_firm_with_figures_in_its_name_is_a_firm(base, sent, tmp_path, cell):
    told = {("behind", "P1", 0): {"input": "ore", "country": "Chile", "share": 1, "source": cell}}
    merged, found = replied(base, answered(sent["Alpha"], tmp_path / "r.xlsx", told))
    ((one,),) = (merged.company.sources[id] for id in merged.company.told)
    assert one.maker == cell and not keys(found)


def test_what_stands_outside_the_lines_of_a_questionnaire_is_said(base, sent, tmp_path):
    def write(book):
        page = page_of(book, "上流")
        page.append([None, None, "copper", None, "Chile", 0.5])
        page.cell(5, 8, "moves to Peru in 2027")
        page.cell(5, 6, 0.4)
        page.cell(6, 5, "=E5")
        book.create_sheet("附件").append(["see our letter"])

    merged, found = replied(base, changed(sent["Alpha"], tmp_path / "r.xlsx", write))
    assert keys(found) == ["half", "no_part", "note", "sheet", "unsaved"]
    says = " ".join(remark.message.text("ja") for remark in found.remarks)
    assert "copper, Chile, 0.5" in says and "moves to Peru in 2027" in says and "附件" in says
    assert not merged.company.told


def test_a_column_that_was_taken_out_is_blank(base, sent, tmp_path):
    def without(book):
        page_of(book, "生産国").delete_cols(6)

    path = answered(sent["Gamma"], tmp_path / "b.xlsx", {("origin", "P2", 0): {"country": "VNM", "share": 1}})
    merged, found = replied(base, changed(path, tmp_path / "r.xlsx", without))
    assert [one.country for one in merged.company.sources["P2"]] == ["VNM"] and keys(found) == []


def moved(book):
    """Lines and columns inserted everywhere, as people make room for a letter."""
    for page in book.worksheets[:4]:
        for area in list(page.merged_cells.ranges):
            page.unmerge_cells(str(area))
        page.insert_rows(1, 2)
        page.insert_cols(1)
        page.cell(1, 2, "拝啓　時下ますますご清栄のこととお慶び申し上げます。")


def without_keys(book):
    """The grey rows and the grey column of the guide are gone."""
    book.worksheets[0].delete_cols(1)
    for name in ("回答", "生産国", "上流"):
        page_of(book, name).delete_rows(3)


def without_headers(book):
    for name in ("回答", "生産国", "上流"):
        page_of(book, name).delete_rows(4)


def translated(book):
    """Somebody left the Chinese headers alone."""
    for name in ("回答", "生産国", "上流"):
        page = page_of(book, name)
        for cell in page[4]:
            cell.value = cell.value and cell.value.split("\n")[-1]
        page.delete_rows(3)


@pytest.mark.parametrize("change", [moved, without_keys, without_headers, translated])
def test_a_header_is_found_where_it_is(base, sent, tmp_path, change):
    told = {("origin", "P2", 0): {"country": "VNM", "share": 1}, ("behind", "P2", 0): {"input": "ore", "country": "PER"}}
    told |= {("answers", "P2", "lead"): {"answer": 45}}
    path = dated(answered(sent["Gamma"], tmp_path / "b.xlsx", told), "2026-12-01")
    merged, found = replied(base, changed(path, tmp_path / "r.xlsx", change))
    (source,) = merged.company.sources["P2"]
    assert (source.country, source.lead_days) == ("VNM", 45) and len(merged.company.told) == 1
    assert found.replies[0].answered_on == "2026-12-01" and keys(found) == []


def test_what_is_missing_of_a_questionnaire_is_said_with_its_sheet_and_cell(base, sent, tmp_path):
    def no_guide(book):
        book.remove(book.worksheets[0])

    def no_name(book):
        next(row for row in book.worksheets[0].iter_rows() if row[0].value == "supplier")[2].value = None

    def no_header(book):
        page_of(book, "生産国").delete_rows(3, 2)

    told = {("origin", "P2", 0): {"country": "VNM", "share": 1}}
    path = answered(sent["Gamma"], tmp_path / "b.xlsx", told)
    for change, key, where, cell in (
        (no_guide, "no_guide", "r.xlsx", "C4"),
        (no_name, "no_supplier", "r.xlsx: 案内 Guide 说明", "C4"),
        (no_header, "no_header", "r.xlsx: 生産国 Origin 产地", "部品番号"),
    ):
        merged, found = replied(base, changed(path, tmp_path / "r.xlsx", change))
        assert [(one.message.key, one.sheet) for one in found.remarks] == [(f"app.survey.{key}", where)]
        assert cell in found.remarks[0].message.text("ja") and merged.company.sources["P2"] == base.sources["P2"]


def dated(path, day):
    """A questionnaire with the date of its answer."""

    def write(book):
        next(row for row in book.worksheets[0].iter_rows() if row[0].value == "answered_on")[2].value = day

    return changed(path, path, write)


@pytest.mark.parametrize(
    ("first", "second", "holds", "says"),
    [
        (None, None, "VNM", "differs_first"),
        ("2026-12-01", None, "VNM", "differs_first"),
        ("2026-12-01", "2026-12-01", "VNM", "differs_first"),
        ("2026年12月9日", "2026/12/1", "VNM", "differs_later"),
        ("2026-12-01", "2026年12月9日", "THA", "differs_later"),
    ],
)
def test_of_two_questionnaires_of_a_supplier_the_later_holds_and_questions_count_once(
    base, sent, tmp_path, first, second, holds, says
):
    folder = tmp_path / "replies"
    folder.mkdir()
    for name, country, day in (("a.xlsx", "VNM", first), ("b (2).xlsx", "THA", second)):
        dated(answered(sent["Gamma"], folder / name, {("origin", "P2", 0): {"country": country, "share": 1}}), day)
    merged, found = replied(base, folder)
    once, _ = replied(base, folder / "a.xlsx")
    assert [one.country for one in merged.company.sources["P2"]] == [holds] and keys(found) == [says, "sent_twice"]
    (told,) = (remark for remark in found.remarks if remark.message.key.endswith(says))
    left, used = ("b (2).xlsx", "a.xlsx") if holds == "VNM" else ("a.xlsx", "b (2).xlsx")
    text = told.message.text("ja")
    assert (
        told.sheet.startswith(left)
        and f"{used}: 生産国" in text
        and "THA 100%" in text
        and "VNM 100%" in text
        and "D5" in text
    )
    assert (merged.asked, merged.answered) == (once.asked, once.answered)


def test_what_only_one_of_two_questionnaires_answers_is_used(base, sent, tmp_path):
    """The stock of finished goods stands in one file, what goes in in the other, and one more thing in both."""
    folder = tmp_path / "replies"
    folder.mkdir()
    ore = {("behind", "P1", 0): {"input": "ore", "country": "Chile", "share": 1, "stock": 20}}
    answered(sent["Alpha"], folder / "a.xlsx", {("answers", "P1", "stock"): {"answer": 5}} | ore)
    more = {("behind", "P1", 0): {"input": "ORE", "country": "CHL", "share": "100%", "stock": "20日"}}
    answered(sent["Alpha"], folder / "b.xlsx", more | {("behind", "P1", 1): {"input": "coke", "country": "CHN", "stock": 7}})
    merged, found = replied(base, folder)
    assert {part.name: part.stock for part in merged.company.parts.values() if part.id in merged.company.told} == {
        "ore": (25, 25),
        "coke": (12, 12),
    }
    assert keys(found) == ["sent_twice"]


def test_whom_a_supplier_does_not_name_widens_the_stop_of_no_other_supplier(base, sent, tmp_path):
    told = {("behind", "P1", 0): {"input": "ore", "country": "Chile", "share": 1.0, "stock": 0}}
    told |= {("answers", "P1", "stock"): {"answer": 0}}
    rows = [(*row[:5], 60, *row[6:]) if row[0] == "P3" else row for row in ROWS]
    found = company(tmp_path / "a.xlsx", [("P1", "Gear", "Alpha", "China", 1.0, 30, 400, None), *rows[2:]])
    merged, _ = replied(found, answered(sent["Alpha"], tmp_path / "r.xlsx", told))
    # Delta's seals last for 60 days, the gears for 30: who digs Alpha's ore is not Delta.
    assert bounds(merged.company, "Delta", maker=True) == bounds(found, "Delta", maker=True) == pytest.approx((2 / 3,) * 2)
    assert bounds(merged.company, "CHL")[0] == pytest.approx(150 / 180)


def test_a_stock_that_lies_before_nothing_told_is_said_not_to_count(base, sent, tmp_path):
    merged, found = replied(base, answered(sent["Alpha"], tmp_path / "r.xlsx", {("answers", "P1", "stock"): {"answer": 30}}))
    assert keys(found) == ["stock_alone"] and bounds(merged.company, "CHN") == bounds(base, "CHN")


def test_a_reply_that_was_saved_by_calc_says_the_same(base, sent, tmp_path):
    told = {("origin", "P2", 0): {"country": "Vietnam", "share": 1}, ("answers", "P2", "lead"): {"answer": 45}}
    excel = answered(sent["Gamma"], tmp_path / "r.xlsx", told)
    wanted, _ = replied(base, excel)
    (tmp_path / "replies").mkdir()
    as_ods(excel, tmp_path / "replies" / "r.ods")
    merged, found = replied(base, tmp_path / "replies")
    (one,), (other,) = merged.company.sources["P2"], wanted.company.sources["P2"]
    assert replace(one, refs=[]) == replace(other, refs=[]) and one.country == "VNM" and not found.remarks
    assert (merged.asked, merged.answered) == (wanted.asked, wanted.answered)


def test_a_formula_in_any_column_is_said_where_it_stands(base, sent, tmp_path):
    def write(book):
        for page in (page_of(book, name) for name in ("回答", "生産国", "上流")):
            for cell in page[5]:
                cell.value = cell.value if page.cell(3, cell.column).value in {"part", "kind"} else "=1+1"

    _, found = replied(base, changed(sent["Gamma"], tmp_path / "r.xlsx", write))
    assert set(keys(found)) == {"unsaved"} and len(found.remarks) == 4 + 5 + 7
    assert "項目 / Question / 问题" in {remark.column for remark in found.remarks}


def test_files_of_other_kinds_are_named_and_hidden_ones_and_links_are_none(base, sent, tmp_path):
    for name in ("a.docx", "b.pdf", ".hidden.xlsx", "~$a.xlsx"):
        (tmp_path / name).write_bytes(b"x")
    (tmp_path / "link.xlsx").symlink_to(sent["Alpha"])
    merged, found = replied(base, tmp_path)
    assert keys(found) == ["other_files"] and found.replies == [] and merged.asked == 0
    said = found.remarks[0].message.text("en")
    assert "a.docx, b.pdf" in said and not any(name in said for name in ("hidden", "~$", "link"))


def test_of_more_files_than_are_read_the_others_are_named(base, sent, tmp_path, monkeypatch):
    monkeypatch.setattr(replies, "FILES", 1)
    for name in ("Gamma", "Alpha"):
        answered(sent[name], tmp_path / f"{name}.xlsx", {})
    _, found = replied(base, tmp_path)
    assert [one.supplier for one in found.replies] == ["Alpha"] and keys(found) == ["other_files"]
    assert "Gamma.xlsx" in found.remarks[0].message.text("en")


def test_a_table_of_which_only_the_part_and_the_maker_are_left_is_one(base, sent, tmp_path):
    def without(book):
        page = page_of(book, "生産国")
        (keys_row,) = [row for row in page.iter_rows() if {"part", "maker"} <= {cell.value for cell in row}]
        kept = [cell.column for cell in keys_row if cell.value in {"part", "maker"}]
        for column in range(page.max_column, 0, -1):
            if column not in kept:
                page.delete_cols(column)

    path = answered(sent["Gamma"], tmp_path / "b.xlsx", {("origin", "P2", 0): {"maker": "Sigma"}})
    merged, _ = replied(base, changed(path, tmp_path / "r.xlsx", without))
    assert "Sigma" in {one.maker for one in merged.company.sources["P2"]}


def test_one_ditto_in_a_line_is_what_stands_above_it(base, sent, tmp_path):
    told = {("behind", "P1", 0): {"input": "ore", "country": "Chile", "share": 0.5}}
    told |= {("behind", "P1", 1): {"input": "ore", "country": "〃", "share": 0.5}}
    merged, found = replied(base, answered(sent["Alpha"], tmp_path / "r.xlsx", told))
    (id,) = merged.company.told
    assert [(one.country, one.share) for one in merged.company.sources[id]] == [("CHL", 1.0)] and keys(found) == ["ditto"]


def test_how_long_another_source_takes_is_asked_of_purchasing_and_no_supplier_can_answer_it(tmp_path):
    rows = [("P1", "Gear", "Alpha", "China", 1.0, 30, None, None), ("P2", "Pin", "Beta", None, 1.0, 0, 400, None)]
    found = company(tmp_path / "a.xlsx", rows)
    asked = ranked_questions(found, figures(found))
    (switch,) = (one for one in asked if one.kind == "switch")
    assert (switch.who, switch.supplier, switch.parts) == ("purchasing", None, ("P1",))
    file = questionnaires(found, asked, tmp_path / "out")["Alpha"]

    def write(book):
        page_of(book, "回答").cell(5, 1, "switch").offset(0, 4).value = 30

    merged, remarks = replied(found, changed(file, tmp_path / "r.xlsx", write))
    assert merged.company.switching("P1") is None and keys(remarks) == ["no_question"]


@pytest.mark.parametrize(("second", "says"), [(90, ["differs_lines"]), (45, [])])
def test_one_question_on_two_lines_of_a_questionnaire_is_said_where_the_answers_differ(base, sent, tmp_path, second, says):
    def write(book):
        page = page_of(book, "回答")
        at = {cell.value: cell.column for cell in page[3] if cell.value}
        asked = [(page.cell(i, at["part"]).value, page.cell(i, at["kind"]).value) for i in range(1, page.max_row + 1)]
        line, below = asked.index(("P2", "lead")) + 1, page.max_row + 1
        for key in ("part", "kind"):
            page.cell(below, at[key]).value = page.cell(line, at[key]).value
        page.cell(line, at["answer"]).value, page.cell(below, at["answer"]).value = 45, second

    merged, found = replied(base, changed(sent["Gamma"], tmp_path / "r.xlsx", write))
    assert [source.lead_days for source in merged.company.sources["P2"]] == [45.0] and keys(found) == says


def test_a_question_counts_as_answered_where_one_who_is_known_answered_it_in_any_of_its_files(base):
    sent = [told("Alpha", "P1", country="CHN"), told("Gamma", "P2", country="VNM"), told("Nobody", "P2", country="VNM")]
    sent.append(replace(sent[0], file="again.xlsx", asked={("origin", "P1"): False, ("answerslead", "P1"): False}))
    merged, _ = replied(base, *sent)
    assert (merged.asked, merged.answered) == (4, 2)
    merged, _ = replied(base, *reversed(sent))
    assert (merged.asked, merged.answered) == (4, 2)
