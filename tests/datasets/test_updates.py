"""Raw releases are read as published: nothing is lost, nothing is made up, and what is not taken is said.

The excerpts in ``tests/data/releases`` are rows of the U.S. Geological Survey's own files (public domain), bytes unchanged:
cp1252 for 2026, UTF-8 with a byte order mark for 2025.
"""

from pathlib import Path

import kanmon as kn
import openpyxl
import polars as pl
import pytest
import xlsxwriter
from kanmon.datasets import read_update
from kanmon.datasets.packaged import packaged
from kanmon.datasets.readers.releases import read_release, release_kind
from kanmon.datasets.release_views import cell, who_is
from kanmon.graph import InputError, ReadError, SupplyGraph

RELEASES = Path(__file__).parents[1] / "data" / "releases"
MCS2025, MCS2026 = RELEASES / "MCS2025_excerpt.csv", RELEASES / "MCS2026_excerpt.csv"
REAL = Path(kn.__file__).parents[1] / "shared" / "data" / "real" / "minerals"
KEYS = ["item", "measure", "supplier", "year"]
FACTS = ["quantity", "unit", "missing", "share", "share_low", "share_high", "confidence"]


def next_year(folder):
    """The release of next year in the same layout: every year one later."""
    text = MCS2026.read_bytes().decode("cp1252")
    for old, new in (("2025", "2026"), ("2024", "2025")):
        text = text.replace(f",{old},", f",{new},")
    path = folder / "MCS2027_Commodities_Data.csv"
    path.write_bytes(text.encode("cp1252"))
    return path


def figure(update, item, supplier, year, measure="production"):
    return update.graph.shares.filter(item=item, supplier=supplier, year=year, measure=measure).row(0, named=True)


def compare(update, source):
    """Facts that differ between what was read and the bundled rows of the same source."""
    items = update.graph.shares["item"].unique()
    bundled = kn.load().shares.filter(pl.col("source") == source, pl.col("item").is_in(items.implode()))
    both = bundled.join(update.graph.shares, on=KEYS, how="left", suffix="_read")
    return [(column, both.filter(pl.col(column).ne_missing(pl.col(f"{column}_read")))) for column in FACTS], bundled.height


@pytest.mark.parametrize("path", [MCS2026, REAL / "MCS2026_Commodities_Data.csv"], ids=["excerpt", "whole"])
def test_the_2026_release_gives_every_bundled_row_of_it_and_no_other(path):
    if not path.exists():
        pytest.skip("the whole release is not at hand")
    update = read_update([path])
    differing, rows = compare(update, "USGS_MCS2026")
    assert rows == update.graph.shares.height
    assert {column: frame.height for column, frame in differing if frame.height} == {}
    assert update.changes["what"].unique().to_list() == ["same"]


@pytest.mark.parametrize("path", [MCS2025, REAL / "MCS2025_World_Data.csv"], ids=["excerpt", "whole"])
def test_the_2025_release_agrees_on_2023_but_for_the_units_it_mislabels(path):
    if not path.exists():
        pytest.skip("the whole release is not at hand")
    changes = read_update([path]).changes.filter((pl.col("year") == 2023) & (pl.col("what") != "new"))
    assert set(changes["what"]) == {"same", "other_unit"}
    mislabelled = changes.filter(pl.col("what") == "other_unit")
    assert (mislabelled["bundled"] == mislabelled["read"]).all()
    titanium = {"ilmenite_mining", "rutile_mining"}
    assert set(mislabelled["item"]) <= titanium | {"gemstone_diamond_mining", "sand_gravel_industrial_mining"}


def test_next_years_release_needs_no_new_code(tmp_path):
    update = read_update([next_year(tmp_path)])
    assert update.graph.sources["id"].to_list() == ["USGS_MCS2027"]
    assert set(update.graph.shares["year"]) == {2025, 2026}
    merged = kn.load().merge(update.graph)
    preferred = merged.markets.filter(pl.col("preferred"), item="gallium_primary", scope="world", level="country")
    assert set(preferred["year"]) == {2026}
    assert set(preferred["source"]) == {"USGS_MCS2027"}


def test_what_changed_what_is_new_and_what_vanished_is_said(tmp_path):
    text = MCS2026.read_text("cp1252").splitlines(keepends=True)
    changed = [line for line in text if not ("Gallium" in line and "Russia" in line and "World" in line)]
    path = tmp_path / "mine.csv"
    whole = "".join(changed).replace("Primary production,kilograms,2024", "Primary production,kilograms,2021")
    path.write_bytes(whole.encode("cp1252"))
    changes = read_update([path]).changes.filter(item="gallium_primary", measure="production")
    said = {what: set(rows["year"]) for (what,), rows in changes.group_by("what")}
    assert said["new"] == {2021}
    assert changes.filter(what="vanished", year=2025)["supplier"].to_list() == ["RUS"]


def test_a_change_counts_from_ten_per_cent(tmp_path):
    read = {}
    for percent in (9, 11):
        antimony = MCS2026.read_text("cp1252").splitlines(keepends=True)
        lines = []
        for line in antimony:
            if line.startswith("ANTIMONY") and ",China,Production,Mine production,metric tons,2025," in line:
                head, _, tail = line.partition(",2025,")
                quoted = tail.startswith('"')
                value = tail[1:].split('"')[0] if quoted else tail.split(",")[0]
                new = round(float(value.replace(",", "")) * (1 + percent / 100))
                rest = tail[len(value) + 2 * quoted :]
                line = f"{head},2025,{new}{rest}"
            lines.append(line)
        path = tmp_path / f"{percent}.csv"
        path.write_bytes("".join(lines).encode("cp1252"))
        row = read_update([path]).changes.filter(item="antimony_mining", supplier="CHN", year=2025)
        read[percent] = row["what"].item()
    assert read == {9: "same", 11: "changed"}


def test_withheld_stays_unknown_and_signs_are_read():
    update = read_update([MCS2026])
    assert figure(update, "boron_mining", "USA", 2025)["missing"] == "withheld"
    boron = figure(update, "boron_mining", "TUR", 2025)
    assert (boron["quantity"], boron["share"], boron["missing"]) == (None, None, "not_reported")
    assert "1,500 thousand metric tons" in boron["note"]
    little = figure(update, "helium_production", "ZAF", 2025)
    assert (little["share_low"], little["share_high"]) == (0, pytest.approx(0.5 / 190))
    assert figure(update, "helium_production", "ZAF", 2024)["quantity"] == 0
    mercury = update.graph.shares.filter(item="mercury_mining", year=2025)
    assert mercury["measure"].unique().to_list() == ["production, excluding USA"]
    assert mercury.filter(supplier="USA")["missing"].item() == "excluded"


def test_capacity_is_a_measure_of_its_own_and_reserves_are_no_supply():
    update = read_update([MCS2026, MCS2025])
    measures = set(update.graph.shares.filter(item="gallium_primary")["measure"])
    assert measures == {"production", "capacity"}
    assert set(update.graph.shares.filter(item="cement_clinker")["measure"]) == {"capacity"}
    assert update.set_aside.filter(reason="no_supply")["rows"].sum() > 0


def test_no_cell_is_lost_silently():
    """Every cell of the file with something in it is a row, part of a sum, a total of a view, or set aside with a reason."""
    for path in (MCS2025, MCS2026):
        update = read_update([path])
        cells = read_release(path, "usgs_world").filter(
            pl.col("raw").is_not_null() & (pl.col("raw").str.strip_chars() != "")
        )
        aside = update.set_aside.filter(pl.col("reason") != "blank")["rows"].sum()
        used = cells.height - aside
        world = update.graph.shares.filter(supplier="WORLD").height
        assert used >= update.graph.shares.height - world > 0.75 * used


def test_unknown_series_and_places_are_said(tmp_path):
    text = MCS2026.read_text("cp1252").replace("Gallium,China", "Unobtainium,China").replace(",Qatar,", ",Atlantis,")
    path = tmp_path / "odd.csv"
    path.write_bytes(text.encode("cp1252"))
    aside = read_update([path]).set_aside
    assert set(aside.filter(reason="no_item")["series"]) == {"Unobtainium"}
    assert set(aside.filter(reason="no_country")["who"]) == {"Atlantis"}


def iea_workbook(path):
    """The sheet as published: two tables side by side, years above, projections to the right, roll-ups below."""
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet("2 Total supply for key minerals")
    sheet.write(0, 0, "Total supply for key minerals (kt)")
    for column in (1, 2, 7, 8):
        sheet.write(2, column, 2025 if column in (1, 7) else 2030)
    rows = [("Copper - Mining", None, "Copper - Refining", None), ("Chile", 60, "China", 45), ("Peru", 30, "Chile", 5)]
    rows += [
        ("Rest of world", 10, "Rest of world", 50),
        ("Total", 100, "Total", 100),
        ("Top 3 share", 0.9, "Top 3 share", 1),
    ]
    rows += [(None, None, None, None), ("Magnet rare earths - Mining", None, "Magnet rare earths - Refining", None)]
    rows += [("China", 7, "China", 9), ("Total", 10, "Total", 10)]
    for i, (name, value, other, amount) in enumerate(rows, start=4):
        for column, text, figure in ((0, name, value), (6, other, amount)):
            if text is not None:
                sheet.write(i, column, text)
            if figure is not None:
                sheet.write(i, column + 1, figure)
                sheet.write(i, column + 2, figure * 2)
    book.close()
    return path


def test_the_iea_dataset_gives_the_base_year_and_no_projection(tmp_path):
    path = iea_workbook(tmp_path / "CM_Data_Explorer.xlsx")
    assert release_kind(path) == "iea_supply"
    shares = read_update([path]).graph.markets.filter(pl.col("source") == "IEA_CMD2025")
    found = {(row[0], row[1]): row[2] for row in shares.select("item", "supplier", "share_low").rows()}
    assert set(shares["year"]) == {2025}
    assert found == {
        ("copper_mining", "CHL"): pytest.approx(0.6),
        ("copper_mining", "PER"): pytest.approx(0.3),
        ("copper_refining", "CHN"): pytest.approx(0.45),
        ("copper_refining", "CHL"): pytest.approx(0.05),
        ("magnet_rare_earths_mining", "CHN"): pytest.approx(0.7),
        ("magnet_rare_earths_refining", "CHN"): pytest.approx(0.9),
    }


@pytest.mark.parametrize("above", ["", "Downloaded by A. Miner\n\n"])
def test_the_sheet_of_the_iea_saved_as_text_says_the_same(tmp_path, above):
    book = iea_workbook(tmp_path / "a.xlsx")
    rows = openpyxl.load_workbook(book).worksheets[0].iter_rows(values_only=True)
    lines = [",".join("" if cell is None else f'"{cell}"' for cell in row) for row in rows]
    path = tmp_path / "supply.csv"
    path.write_text(above + "\n".join(lines), encoding="utf-8-sig")
    assert release_kind(path) == "iea_supply"
    keys = ["item", "supplier", "share_low", "year"]
    same, wanted = (read_update([each]).graph.markets.select(keys).sort(keys).rows() for each in (path, book))
    assert same == wanted and len(wanted) == 6


def test_a_casting_census_needs_its_year(tmp_path):
    path = tmp_path / "census.csv"
    path.write_text(
        "Country,Gray Iron,Ductile Iron,Steel,Copper Base,Aluminum,Total\n"
        'China,"20,000,000",15000000,6000000,700000,8000000,52000000\nIndia,8000000,1500000,1000000,,1200000,12000000\n'
        "Total,30000000,18000000,8000000,900000,12000000,110000000\n",
        encoding="utf-8",
    )
    with pytest.raises(InputError, match="--year"):
        read_update([path])
    update = read_update([path], year=2024)
    markets = update.graph.markets.filter(item="castings_all")
    assert dict(markets.select("supplier", "share_low").rows()) == {
        "CHN": pytest.approx(52 / 110),
        "IND": pytest.approx(12 / 110),
    }
    assert set(update.set_aside.filter(reason="total_of_several")["series"]) == {"Gray Iron"}
    assert update.set_aside.filter(reason="blank")["series"].to_list() == ["Copper Base"]


def test_nine_digit_customs_and_baci_become_a_buyers_imports(tmp_path):
    customs = tmp_path / "customs.csv"
    customs.write_text(
        "Exp or Imp,Year,HS,Country,Unit1,Unit2,Quantity1-Year,Quantity2-Year,Value-Year\n"
        "2,2025,'280469000',105,,KG,0,100,900\n2,2025,'280469000',304,,KG,0,100,100\n2,2025,'010121000',304,,NO,0,1,5\n",
        encoding="utf-8",
    )
    update = read_update([customs])
    assert dict(update.graph.markets.select("supplier", "share_low").rows()) == {"CHN": 0.9, "USA": 0.1}
    assert set(update.graph.shares["scope"]) == {"JPN"}
    assert update.set_aside["reason"].to_list() == ["no_code"]
    more = tmp_path / "customs_28.csv"
    more.write_text(customs.read_text(encoding="utf-8").replace("280469000", "283691000"), encoding="utf-8")
    both = read_update([customs, more]).graph
    assert (both.shares["item"].n_unique(), both.sources.height) == (2, 1)
    assert "customs.csv" in both.sources["note"].item()
    assert "customs_28.csv" in both.sources["note"].item()
    trade = pl.DataFrame({"t": [2025, 2025], "i": [156, 842], "j": [392, 156], "k": ["280469", "280469"], "v": [3.0, 4.0]})
    (tmp_path / "baci").mkdir()
    baci = tmp_path / "baci" / "BACI_HS22_Y2025_V202701.csv"
    trade.with_columns(q=pl.lit("1")).write_csv(baci)
    codes = pl.DataFrame({"country_code": [156, 392, 842], "country_iso3": ["CHN", "JPN", "USA"]})
    codes.write_csv(tmp_path / "baci" / "country_codes_V202701.csv")
    with pytest.raises(InputError, match="--buyer"):
        read_update([baci])
    assert read_update([baci], buyer="JPN").graph.shares.select("supplier", "quantity").rows() == [("CHN", 3.0)]


@pytest.mark.parametrize("content", ["a,b\n1,2\n", "Country,Steel\nChina,5\n", "\x00\x01\x02"])
def test_a_file_that_is_no_release_is_refused(tmp_path, content):
    path = tmp_path / "notes.csv"
    path.write_text(content, encoding="utf-8")
    with pytest.raises((InputError, ReadError)):
        read_update([path])


def test_hostile_cells_stay_text(tmp_path):
    evil = '=HYPERLINK(""http://x"")'
    path = tmp_path / "\x1b[31mMCS.csv"
    path.write_bytes(
        MCS2026.read_text("cp1252").replace("Estimated.", f'"{evil}"'[1:-1].replace('""', "'")).encode("cp1252")
    )
    update = read_update([path])
    assert "\x1b" not in update.graph.sources["note"].item()
    folder = update.graph.write(tmp_path / "out")
    assert SupplyGraph.read(folder).shares.height == update.graph.shares.height


def test_who_and_what_a_cell_means():
    assert who_is("Côte d’Ivoire")[0] == "CIV"
    assert who_is("United States and Canada") == (None, "")
    assert who_is("Rest of world")[0] == "OTHER"
    assert [cell(raw, "")["missing"] for raw in ("NA", "XX", "330 - 390", "W")] == ["not_reported"] * 3 + ["withheld"]


def long_wgi(path, years=(2022, 2023, 2024)):
    """The bundled scores in the World Bank's long layout, with one year more."""
    rows = kn.datasets.governance().filter(pl.col("iso3").is_in(["JPN", "CHN"]), pl.col("year").is_in([2022, 2023]))
    rows = pl.concat([rows, rows.filter(year=2023).with_columns(year=pl.lit(2024, pl.Int64), cc=pl.lit(-2.0))])
    long = rows.filter(pl.col("year").is_in(list(years))).unpivot(
        on=["cc", "ge", "pv", "rl", "rq", "va"], index=["iso3", "year"], variable_name="indicator", value_name="estimate"
    )
    long.rename({"iso3": "code"}).write_csv(path)
    return long


def test_governance_indicators_are_read_in_both_layouts_and_compared(tmp_path):
    long = long_wgi(tmp_path / "wgi.csv")
    update = read_update([tmp_path / "wgi.csv"])
    bundled = kn.datasets.governance().filter(pl.col("iso3").is_in(["JPN", "CHN"]), pl.col("year").is_in([2022, 2023]))
    same = ["iso3", "year", "cc", "va", "dimensions", "wgi_0_10"]
    assert update.governance.filter(pl.col("year") < 2024).select(same).equals(bundled.select(same).sort("iso3", "year"))
    whats = dict(update.changes.filter(pl.col("supplier").is_in(["JPN"])).select("year", "what").rows())
    assert whats == {2022: "same", 2023: "same", 2024: "new"}
    wide = long.with_columns(
        pl.col("estimate").cast(pl.String).fill_null(".."), code=pl.format("{}.EST", pl.col("indicator").str.to_uppercase())
    )
    wide = wide.pivot(on="year", index=["iso3", "code"], values="estimate")
    names = {"iso3": "Country Code", "code": "Series Code"} | {str(y): f"{y} [YR{y}]" for y in (2022, 2023, 2024)}
    wide.rename(names).write_csv(tmp_path / "databank.csv")
    assert kn.datasets.read_wgi(tmp_path / "databank.csv").equals(kn.datasets.read_wgi(tmp_path / "wgi.csv"))


def test_governance_and_production_are_read_together(tmp_path):
    long_wgi(tmp_path / "wgi.csv")
    update = read_update([tmp_path / "wgi.csv", MCS2026])
    assert update.graph.shares.height > 0
    assert update.governance["year"].max() == 2024
    assert set(update.governance["source"]) == {"WB_WGI_2024"} < set(update.graph.sources["id"])


def test_every_series_that_is_mapped_is_an_item_of_the_world():
    for table in ("series", "hs6"):
        assert set(packaged("updates", table)["item"].drop_nulls()) <= set(kn.load().items["id"])


@pytest.mark.parametrize("release", [MCS2025, MCS2026], ids=["2025", "2026"])
def test_a_release_below_a_title_is_read_as_one_without(tmp_path, release):
    path = tmp_path / release.name
    path.write_bytes(b"Mineral commodity summaries,,\n,,\n" + release.read_bytes().removeprefix(b"\xef\xbb\xbf"))
    shares = read_update([path]).graph.shares
    assert shares.equals(read_update([release]).graph.shares) and shares.height
