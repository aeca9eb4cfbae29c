"""Flagging: what is a match, what is a review, what is nothing; and the questions about a transfer."""

import hashlib
from pathlib import Path
from typing import ClassVar

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kanmon.graph import InputError, SupplyGraph
from kanmon.graph.messages import text as message
from kanmon.risk.technology.flags import FLAG_SCHEMA, flag_technologies

CASES = Path(__file__).parent.parent / "data" / "technology_cases.tsv"


def verdicts(line, hs=None):
    frame = flag_technologies([line], hs=None if hs is None else [hs], lang="en")
    return dict(frame.select("technology", "verdict").iter_rows())


def test_the_cases_are_many_a_third_are_hard_negatives_and_labels_are_sound():
    frame = pl.read_csv(CASES, separator="\t", infer_schema=False, quote_char=None)
    assert frame.height >= 400
    assert frame.filter(pl.col("verdict") == "none").height >= frame.height / 3
    assert frame["text"].is_unique().all()
    assert set(frame["lang"]) == {"ja", "en", "zh"}
    assert frame.filter((pl.col("verdict") != "none") & pl.col("technology").is_null()).is_empty()


@pytest.mark.parametrize("half", [0, 1])
def test_precision_and_recall_of_match_are_at_least_95_percent_in_both_halves(half):
    cases = pl.read_csv(CASES, separator="\t", infer_schema=False, quote_char=None)
    mine = [hashlib.sha256(line.encode()).digest()[0] % 2 == half for line in cases["text"]]
    cases = cases.filter(pl.Series(mine))
    flags = flag_technologies(cases, text="text", hs="hs").filter(pl.col("verdict") == "match")
    found = set(flags.select("text", pl.col("technology").cast(pl.String)).rows())
    meant = set(cases.filter(pl.col("verdict") == "match").select("text", "technology").rows())
    assert len(found & meant) / len(found) >= 0.95
    assert len(found & meant) / len(meant) >= 0.95


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        ("late", 447),
        ("unseen", 121),
        ("fresh", 126),
        ("sealed", 119),
        ("last", 114),
        ("intake", 169),
        ("blind", 378),
        ("held", 171),
        ("second", 167),
        ("third", 139),
        ("fourth", 280),
        ("fifth", 243),
        ("sixth", 293),
    ],
)
def test_precision_and_recall_hold_on_lines_written_before_the_vocabulary_was_touched(name, lines):
    cases = pl.read_csv(CASES.with_stem(f"technology_cases_{name}"), separator="\t", infer_schema=False, quote_char=None)
    flags = flag_technologies(cases, text="text", hs="hs").filter(pl.col("verdict") == "match")
    found = set(flags.select("text", pl.col("technology").cast(pl.String)).rows())
    meant = set(cases.filter(pl.col("verdict") == "match").select("text", "technology").rows())
    assert cases.height == lines
    assert len(found & meant) / len(found) >= 0.96
    assert len(found & meant) / len(meant) >= 0.96


@pytest.mark.parametrize(
    ("line", "technology"),
    [
        ("copper targets for 300 mm", 9),
        ("tungsten target for PVD", 9),
        ("separator coating line", 15),
        ("quantum-dot materials", 16),
        ("flexible bronchoscope", 19),
        ("copper foil 9 um for lithium-ion battery anodes", 3),
    ],
)
def test_a_head_noun_with_its_qualifier_is_the_item_in_any_order(line, technology):
    assert verdicts(line) == {technology: "match"}


@pytest.mark.parametrize(
    "line", ["X-ray tube rotating target", "tungsten target for X-ray tubes", "X線管用タングステンターゲット"]
)
def test_an_excluding_purpose_is_not_forgiven_for_naming_the_use(line):
    assert verdicts(line).get(9) != "match"


@pytest.mark.parametrize(
    "line", ["炭素繊維 切断用はさみ", "TADF材料 昇華精製装置", "胃镜 润滑剂", "電子顕微鏡 試料作製 外注"]
)
def test_the_thing_itself_may_follow_after_a_space(line):
    assert "match" not in verdicts(line).values()


@pytest.mark.parametrize(
    "line",
    [
        "フォトレジスト剥離液",
        "固体電解コンデンサ",
        "位相差顕微鏡",
        "X-ray tube target",
        "Titanium alloy bar",
        "MLCC tester",
        "adhesive for permanent magnets",
        "SEM",
        "",
    ],
)
def test_another_product_is_no_flag(line):
    assert verdicts(line) == {}


@pytest.mark.parametrize(
    "line",
    [
        "rotor without magnets (wound or cage)",
        "rotor w/o magnets",
        "motor without sintered magnets",
        "magnet-free motor",
        "carbon fiber free",
        "no magnets",
        "non-magnet rotor",
        "MLCC not included",
        "磁石なしモータ",
        "ネオジム磁石 なし",
        "永久磁石不使用",
        "永久磁石レスモータ",
        "ネオジム磁石を使わないモータ",
        "無磁石モータ",
        "无磁铁",
    ],
)
def test_an_item_that_is_said_not_to_be_there_is_no_flag(line):
    assert verdicts(line) == {}


@pytest.mark.parametrize(
    "line",
    [
        "rare earth free magnet",
        "rare-earth-free magnet motor",
        "heavy-rare-earth-free magnet",
        "无钕铁硼磁铁",
        "不含稀土磁铁",
        "レアアースフリー磁石",
        "磁石（ネオジム不使用）",
        "脱レアアース磁石",
        "magnet without rare earth",
        "carbon fibre free housing",
        "non rare earth magnet",
    ],
)
def test_a_name_whose_own_qualifier_is_said_not_to_be_there_is_no_certain_flag(line):
    assert "match" not in verdicts(line).values()


@pytest.mark.parametrize(
    "line",
    [
        "无重稀土钕铁硼磁铁",
        "heavy rare earth free NdFeB magnet",
        "neodymium magnet, cobalt-free",
        "carbon fiber free sample",
        "gallium nitride free-standing substrate",
        "GaN free standing wafer",
        "titanium sponge free from oxides",
    ],
)
def test_a_name_stays_where_another_word_is_said_not_to_be_there(line):
    assert "match" in verdicts(line).values()


@pytest.mark.parametrize(
    "line",
    [
        "NdFeB magnet without coating",
        "non-sintered neodymium magnet",
        "穴無 ネオジム磁石",
        "NdFeB magnet, no coating",
        "without coating, NdFeB magnet",
        "motor without sensor NdFeB magnet",
        "Dy-free NdFeB magnet",
        "NdFeB magnet, halogen free",
        "NdFeB magnet free sample",
        "Part no NdFeB magnet",
        "NdFeB magnet no. 3",
        "重希土類フリーネオジム磁石",
        "ネオジム磁石 メッキなし",
        "ネオジム磁石 フリーサイズ",
        "有無ネオジム磁石",
    ],
)
def test_what_is_said_to_lack_something_else_is_still_the_item(line):
    assert 22 in verdicts(line)


@pytest.mark.parametrize(
    "line",
    [
        "バインダークリップ 大 10個入",
        "Three-ring binder for battery safety data sheets",
        "Binder jetting 316L metal powder",
        "Rigid borescope, 6 mm, 0 degree view",
        "レジスト紙 伝票用 複写",
        "銅箔厚さ計 レンタル",
        "ウレタンスポンジ 20mm",
        "チップコンベア 修理部品",
    ],
)
def test_a_name_without_the_context_of_the_technology_is_no_flag(line):
    assert verdicts(line) == {}


@pytest.mark.parametrize(
    "line",
    [
        "Capacitor microphone pop filter film",
        "GaN power stage substrate",
        "電池カタログ用 バインダー",
        "PCB, 2 layers, green solder mask",
        "Solid electrolyte type CO2 sensor",
        "Carbon fiber (CFRP) water-jet cutting service",
        "ステッピングモータ（永久磁石型）",
        "SEM/EDX用標準試料",
        "カーボンファイバー パドル",
    ],
)
def test_words_between_behind_and_before_a_name_may_say_that_it_is_another_thing(line):
    assert "match" not in verdicts(line).values()


@pytest.mark.parametrize(
    ("line", "technology"),
    [
        ("0.1µF ±10% 50V Ceramic Capacitor X7R 0603 (1608 Metric)", 1),
        ("Black Neodyme Magnet - Diam. 5mm - Thickness 3mm", 22),
        ("位相差フィルム（正A） TV用 2500mm幅", 18),
        ("FIB-SEM複合装置 1台", 10),
    ],
)
def test_a_code_a_dash_a_purpose_and_a_count_behind_a_name_leave_it_the_item(line, technology):
    assert verdicts(line) == {technology: "match"}


@pytest.mark.parametrize("line", ["永久磁石式同期モーター", "permanent magnet motor", "motor with neodymium magnet"])
def test_a_whole_that_contains_the_item_is_a_review(line):
    assert verdicts(line) == {22: "review"}


@pytest.mark.parametrize(
    ("line", "technology"),
    [
        ("ｾﾗﾐｯｸﾁｯﾌﾟｺﾝﾃﾞﾝｻ 積層ｾﾗﾐｯｸｺﾝﾃﾞﾝｻ－", 1),
        ("ソルダ－レジスト", 20),
        ("ソルダーレジスト", 20),
        ("ﾈｵｼﾞｳﾑ磁石", 22),
        ("炭 素 繊 維", 6),
        ("QUANTUM-DOTS", 16),
        ("magnet, neodymium", 22),
        ("photoresit, positive", 8),
        ("GRM155R71C104KA88D", 1),
        ("ＧＡＮ　基板", 21),
        ("片式多层陶瓷电容器", 1),
    ],
)
def test_spellings_of_one_name_are_the_same_match(line, technology):
    assert verdicts(line).get(technology) == "match"


@pytest.mark.parametrize("line", ["system item", "scar tissue", "SAWDUST", "TEMPERED glass", "XCL10A475"])
def test_latin_names_need_word_boundaries(line):
    assert verdicts(line) == {}


def test_one_letter_is_a_slip_but_another_short_word_or_kanji_is_not():
    assert verdicts("scintilator crystal") == {24: "match"}
    assert verdicts("圧延銅箔") == {}
    assert 2 not in verdicts("LAW filter")


def test_an_excluding_word_elsewhere_makes_a_review_unless_it_names_the_use():
    assert verdicts("電解銅箔 圧延銅箔") == {3: "review"}
    assert verdicts("電解銅箔（CCL用）") == {3: "match"}


def test_an_hs_code_supports_or_contradicts_and_never_flags_alone():
    assert verdicts("部品", "850511") == {}
    assert verdicts("永久磁石", "8505.11") == {22: "match"}
    assert verdicts("永久磁石", "8501.52") == {22: "review"}
    supported = flag_technologies(["永久磁石"], hs=["8505110000"])["score"].item()
    assert supported > flag_technologies(["永久磁石"])["score"].item()


def test_a_bare_abbreviation_needs_a_second_signal():
    assert verdicts("SEM", "901210") == {10: "review"}


def test_every_frame_library_and_missing_cell_is_read():
    rows = ["永久磁石", None, float("nan"), 12.5]
    for frame in (pd.DataFrame({"name": rows}), pl.DataFrame({"name": [str(r) if r else None for r in rows]})):
        flags = flag_technologies(frame)
        assert flags.select("row", "technology").rows() == [(0, 22)]
        assert dict(flags.schema) == FLAG_SCHEMA


def test_equal_lines_are_flagged_on_every_row_in_order():
    flags = flag_technologies(["永久磁石", "ボルト", "永久磁石"])
    assert flags["row"].to_list() == [0, 2]


def test_no_lines_give_an_empty_frame():
    assert dict(flag_technologies([]).schema) == FLAG_SCHEMA


def test_wrong_columns_and_lengths_are_named():
    with pytest.raises(InputError, match="'nam'.*'name'"):
        flag_technologies(pl.DataFrame({"name": ["x"]}), text="nam")
    with pytest.raises(InputError):
        flag_technologies(["a", "b"], hs=["853224"])


def test_reasons_are_in_both_languages_and_mark_what_is_inferred():
    for lang in ("en", "ja"):
        reason = flag_technologies(["永久磁石"], lang=lang)["reason"].item()
        assert message("risk.technologies.to_be_added", lang) in reason


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=200))
def test_no_text_crashes_it_and_scores_stay_in_range(line):
    assert flag_technologies([line])["score"].is_between(0, 1).all()


@pytest.mark.parametrize(
    "line", ["x" * 100_000, "永久磁石" * 25_000, "😀" * 1000, "\x00\ufffd", '=HYPERLINK("http://x","永久磁石")']
)
def test_hostile_cells_are_read_without_a_crash(line):
    flag_technologies([line])


class TestGraph:
    """Items of a graph: names, aliases and structure."""

    items: ClassVar = pl.DataFrame(
        {
            "id": ["magnet", "motor", "nd", "bolt", "mlcc"],
            "name_en": ["NdFeB magnet", "traction motor", "neodymium metal", "bolt", "chip part"],
            "kind": ["component", "product", "material", "component", "component"],
            "technology": [None, None, None, None, "1"],
        }
    )
    inputs: ClassVar = pl.DataFrame({"item": ["motor", "magnet"], "input": ["magnet", "nd"], "source": ["s", "s"]})
    sources: ClassVar = pl.DataFrame({"id": ["s"], "title": ["t"], "publisher": ["p"]})

    def test_structure_adds_contains_and_used_for_which_are_no_matches(self):
        graph = SupplyGraph(items=self.items, inputs=self.inputs, sources=self.sources)
        flags = flag_technologies(graph, lang="en")
        found = {row["item"]: (row["technology"], row["verdict"]) for row in flags.iter_rows(named=True)}
        assert found == {
            "magnet": (22, "match"),
            "motor": (22, "contains"),
            "nd": (22, "used_for"),
            "mlcc": (1, "match"),
        }


@pytest.mark.parametrize(
    ("line", "technology"),
    [("表面弾性波フィルタ 433MHz", 2), ("表面弾性波 (SAW) 共振子 315MHz", 2), ("Lambda quarter plate film, OLED", 18)],
)
def test_words_in_another_order_name_the_same(line, technology):
    assert flag_technologies([line], lang="en")["technology"].to_list() == [technology]


@pytest.mark.parametrize("line", ["レジスト抵抗器 セメント 5W", "結束バインダーバンド"])
def test_a_resistor_and_a_band_are_neither_resist_nor_binder(line):
    assert flag_technologies([line], lang="en").height == 0


@pytest.mark.parametrize(
    ("line", "verdict"),
    [
        ("0.1uF 50V X7R 0402", "match"),
        ("C0G 22pF 50V 0402", "match"),
        ("100nF X7R 10%", "match"),
        ("0.1uF C_0402_1005Metric", "match"),
        ("4u7 Capacitor_SMD:C_0805_2012Metric", "match"),
        ("100nF CAPC1005X55N", "match"),
        ("1μF 0603", "match"),
        ("10uF 16V 1206", "review"),
        ("ADJ_ST C_0603_1608Metric", "review"),
        ("10n L_0402_1005Metric", None),
        ("4.7uH 0805 inductor", None),
        ("10k R_0603_1608Metric", None),
        ("47uF 6.3V CP_EIA-3216-18_Kemet-A", None),
        ("0.1uF C_Disc_D5.0mm_W2.5mm_P5.00mm", None),
        ("Crystal 2012 12.5pF 32.768kHz", None),
        ("TVS diode 0402 0.5pF", None),
        ("22uF 0805 tantalum", None),
    ],
)
def test_a_chip_capacitor_without_a_name_is_told_by_its_value_beside_its_dielectric_footprint_or_size(line, verdict):
    assert verdicts(line) == ({1: verdict} if verdict else {})


@pytest.mark.parametrize(
    "line",
    [
        "Book: Carbon Fibers and Their Composites",
        "Repair of scanning electron microscope",
        "Scanning electron microscope, annual maintenance",
        "走査電子顕微鏡（修理）",
        "書籍 炭素繊維 入門",
        "量子ドット セミナー 受講料",
        "扫描电子显微镜 维修费",
    ],
)
def test_a_service_or_a_book_about_the_item_is_no_item_wherever_in_the_line_it_is_said(line):
    assert verdicts(line) == {}


@pytest.mark.parametrize(
    "line",
    [
        "Carbon fiber wheelset 29 inch",
        "Solder mask printing screen 110T",
        "炭素繊維（国産）カッター",
        "ネオジム磁石 ブレスレット",
        "碳纤维 手机壳",
        "積層セラミックコンデンサ用離型フィルム",
    ],
)
def test_another_thing_behind_a_measure_an_aside_or_a_space_is_no_match(line):
    assert "match" not in verdicts(line).values()


@pytest.mark.parametrize(("line", "technology"), [("SAW filter band 41", 2), ("FE-SEM SU8600 (incl. installation)", 10)])
def test_a_label_before_a_bare_figure_and_a_service_that_is_included_leave_the_item(line, technology):
    assert verdicts(line) == {technology: "match"}


def test_a_blank_of_any_library_is_no_text():
    blanks = [None, pd.NA, pd.NaT, np.nan]
    assert flag_technologies([*blanks, "永久磁石"])["row"].to_list() == [4]
    assert flag_technologies(["永久磁石"] * 4, hs=blanks)["row"].to_list() == [0, 1, 2, 3]


def test_half_a_letter_in_a_text_ends_nothing():
    flags = flag_technologies(["永久磁石 \ud800", "ボルト"])
    assert flags.select("row", "technology").rows() == [(0, 22)]
