"""Build the packaged trade tables from a folder of compiled facts: ``python scripts/build_trade.py FACTS``.

FACTS holds ``minerals/`` and ``policy/``. Written under ``datasets/data``: ``baci_japan``, ``hs``, ``governance``,
``thresholds`` and ``us_census`` (``japan_customs/countries.csv`` is carried by hand from the official table), and
``tests/data/eu_crm_2023.parquet``. Every row names its source, every folder has a ``sources.csv``. Running it again
gives the same bytes.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

import polars as pl

DATA = Path(__file__).parents[1] / "datasets" / "data"
TESTS = Path(__file__).parents[1] / "tests" / "data"
BACI, TOP6 = "CEPII_BACI_HS17_V202601", "CEPII_BACI_HS17_V202601_TOP6"
PARQUET = {"compression": "zstd", "compression_level": 19}

# hs6, name of the series in the time table, English, Japanese, what else the code covers (then it is a basket)
ITEMS = [
    ("250490", "graphite", "natural graphite, not powder or flakes", "天然黒鉛（粉・フレーク以外）", ""),
    ("251010", "phosphate", "phosphate rock, unground", "りん鉱石（未粉砕）", ""),
    ("251110", "baryte", "baryte", "重晶石（バライト）", ""),
    ("252800", "boron", "natural borates", "天然ほう酸塩", ""),
    ("252910", "feldspar", "feldspar", "長石", ""),
    ("252922", "fluorspar", "fluorspar, over 97 % CaF2", "蛍石（CaF2 97%超）", ""),
    ("260200", "manganese", "manganese ore", "マンガン鉱", ""),
    ("260600", "bauxite", "bauxite", "ボーキサイト", ""),
    ("270112", "cokingcoal", "bituminous coal", "瀝青炭", "thermal and coking coal together"),
    (
        "280429",
        "helium",
        "rare gases other than argon",
        "希ガス（アルゴン以外）",
        "helium, neon, krypton and xenon together",
    ),
    ("280469", "silicon", "silicon metal, under 99.99 %", "金属けい素（99.99%未満）", ""),
    ("280470", "phosphorus", "phosphorus", "りん（黄りん等）", ""),
    ("280480", "arsenic", "arsenic", "ひ素", ""),
    ("282200", "cobalt", "cobalt oxides and hydroxides", "コバルト酸化物・水酸化物", ""),
    ("283691", "lithium", "lithium carbonate", "炭酸リチウム", ""),
    ("283692", "strontium", "strontium carbonate", "炭酸ストロンチウム", ""),
    ("711011", "platinum", "platinum, unwrought", "白金（未加工）", ""),
    ("711021", "palladium", "palladium, unwrought", "パラジウム（未加工）", ""),
    ("720292", "vanadium", "ferro-vanadium", "フェロバナジウム", ""),
    ("720293", "niobium", "ferro-niobium", "フェロニオブ", ""),
    ("740311", "copper", "refined copper cathodes", "精製銅（カソード）", ""),
    ("750210", "nickel", "unwrought nickel, not alloyed", "ニッケル（未合金・塊）", ""),
    ("810194", "tungsten", "unwrought tungsten", "タングステン（塊）", ""),
    ("810320", "tantalum", "unwrought tantalum and powders", "タンタル（塊・粉）", ""),
    ("810411", "magnesium", "magnesium, at least 99.8 %", "マグネシウム（99.8%以上）", ""),
    ("810820", "titanium", "unwrought titanium and powders", "チタン（塊・粉、スポンジ含む）", ""),
    ("811010", "antimony", "unwrought antimony and powders", "アンチモン（塊・粉）", ""),
    ("811212", "beryllium", "unwrought beryllium and powders", "ベリリウム（塊・粉）", ""),
    (
        "811292",
        "bundle 811292 (Ga, Ge, Hf, In, Nb, Re, V unwrought)",
        "gallium, germanium, hafnium, indium, niobium, rhenium and vanadium, unwrought",
        "ガリウム・ゲルマニウム・ハフニウム・インジウム・ニオブ・レニウム・バナジウム（塊）",
        "seven metals together, waste and powders too; says nothing about one of them",
    ),
    ("850511", "magnets", "permanent magnets of metal", "永久磁石（金属製）", "rare-earth and other metal magnets together"),
]

SOURCES = {
    "baci_japan": [
        (
            BACI,
            "BACI HS17 V202601, 30 HS6 codes, 2022 and 2024, all exporters and importers",
            "CEPII",
            "2026-01",
            "https://www.cepii.fr/CEPII/en/bdd_modele/bdd_modele_item.asp?id=37",
            "Etalab Open Licence 2.0",
            "high",
            "Gaulier and Zignago (2010), from UN Comtrade. Complete flows of the 30 codes; 2022 has no quantities. "
            "'Other Asia, nes' (code 490) is shown as TWN. Re-export hubs appear as origins.",
        ),
        (
            TOP6,
            "BACI HS17 V202601, Japan's largest import flows of 30 HS6 codes, 2018 to 2024",
            "CEPII",
            "2026-01",
            "https://www.cepii.fr/CEPII/en/bdd_modele/bdd_modele_item.asp?id=37",
            "Etalab Open Licence 2.0",
            "medium",
            "Each country's six largest suppliers and customers. For Japan in 2024 they hold 99.99 % of the value (median "
            "over the codes), at least 97.6 %: small origins are missing, so shares are slightly too high.",
        ),
        (
            "KANMON_HS_NOTES",
            "Short names and basket marks of 30 HS6 codes",
            "Kanmon",
            "2026",
            "",
            "Apache-2.0",
            "structural",
            "Own wording of the HS headings; a basket is a code that covers more than one material.",
        ),
    ],
    "hs": [
        (
            "HS2022_PDDL",
            "Harmonized System 2022, sections to six digits",
            "datasets/harmonized-system (from UN Comtrade)",
            "2022",
            "https://github.com/datasets/harmonized-system",
            "ODC PDDL",
            "high",
            "",
        )
    ],
    "governance": [
        (
            "WB_WGI2024",
            "Worldwide Governance Indicators, 2024 update",
            "World Bank",
            "2024",
            "https://www.worldbank.org/en/publication/worldwide-governance-indicators",
            "CC BY 4.0",
            "high",
            "Six estimates (about -2.5 to 2.5) rounded to two decimals. wgi_0_10 = (2.5 - mean of the six) / 5 * 10, within "
            "0 and 10, higher = worse; the scale of the EU studies as far as known, not stated by the World Bank.",
        )
    ],
    "us_census": [
        (
            "US_CENSUS_2024_CONS",
            "US imports for consumption 2024 by HTS10 and country: the country codes that occur, with ISO3",
            "US Census Bureau",
            "2024",
            "https://www.census.gov/foreign-trade/schedules/c/index.html",
            "Public domain (17 U.S.C. 105)",
            "medium",
            "Crosswalk by Budget-Lab-Yale/Tariff-ETRs with six codes added; about 20 micro-territories have no ISO3.",
        )
    ],
    "japan_customs": [
        (
            "MOF_COUNTRY_CODES",
            "統計国名符号表（外国貿易等に関する統計基本通達 別紙第1）",
            "Ministry of Finance, Japan (財務省)",
            "",
            "https://www.customs.go.jp/toukei/sankou/dgorder/a1.htm",
            "政府標準利用規約 (Government of Japan Standard Terms of Use)",
            "high",
            "iso3 is the project's reading of the official name; blank where a code covers several countries or none.",
        )
    ],
}
FIELDS = ["id", "title", "publisher", "date", "url", "licence", "reliability", "note"]

# Where an issuer's own page is among several, it is the one to cite.
OFFICIAL = re.compile(r"\.go\.jp|europa\.eu|cepii\.fr|\.gov")

# Threshold rows that carry no limit to compute with: nothing was found, or the requirement is qualitative.
NO_LIMIT = (
    "JP-JOGMEC-NF",
    "US-CHIPS-NF",
    "EU-RESOURCEEU",
    "JP-METI-WP2022",
    "JP-METI-FY2020",
    "JP-ESPA-4REQ",
    "EU-CRMA-A24",
)


def trade(facts: Path) -> None:
    """Write the flows of 30 HS6 codes and Japan's imports over time."""
    folder = DATA / "baci_japan"
    order = ["hs6", "year", "importer", "exporter"]
    columns = {"exporter_iso3": "exporter", "importer_iso3": "importer", "value_kusd": "value", "quantity_t": "quantity"}
    common = {"hs_edition": pl.lit("HS17"), "unit": pl.lit("kUSD"), "quantity_unit": pl.lit("t"), "source": "source_id"}
    flows = (
        pl.read_csv(facts / "baci_hs6_bilateral_2022_2024.csv", schema_overrides={"hs6": pl.String})
        .rename(columns)
        .with_columns(**common)
    )
    shown = [*order, "value", "unit", "quantity", "quantity_unit", "hs_edition", "source"]
    _write(flows.select(shown).sort(order), folder / "flows.parquet")
    series = pl.DataFrame([(hs6, name) for hs6, name, *_ in ITEMS], schema=["hs6", "material"], orient="row")
    top6 = (
        pl.read_csv(facts / "baci_top6_flows_2018_2024.csv")
        .rename(columns)
        .filter(pl.col("importer") == "JPN")
        .with_columns(**common)
        .join(series, on="material", how="left")
    )
    assert top6["hs6"].null_count() == 0
    _check_series(top6, flows)
    _write(top6.select(shown).sort(order), folder / "japan_over_time.parquet")
    pl.DataFrame(
        [(hs6, en, ja, bool(note), note or None, "KANMON_HS_NOTES") for hs6, _, en, ja, note in ITEMS],
        schema=["hs6", "name_en", "name_ja", "basket", "note", "source"],
        orient="row",
    ).write_csv(folder / "items.csv")


def _check_series(top6: pl.DataFrame, flows: pl.DataFrame) -> None:
    """Stop if a flow of the time table differs from the complete table: the name of the series would be wrong."""
    both = top6.join(flows, on=["hs6", "year", "exporter", "importer"], how="inner")
    wrong = both.filter((pl.col("value") - pl.col("value_right")).abs() > 0.01)
    years = top6.filter(pl.col("year").is_in([2022, 2024])).height
    assert both.height == years and wrong.is_empty(), wrong


def codes(facts: Path) -> None:
    """Write the HS2022 headings and the US Census country codes."""
    names = pl.read_csv(facts / "hs_descriptions.csv", schema_overrides={"hscode": pl.String, "parent": pl.String})
    names = names.select(
        code="hscode", name_en="description", parent="parent", section="section", source=pl.lit("HS2022_PDDL")
    )
    _write(names.sort("code"), DATA / "hs" / "hs2022.parquet")
    census = pl.read_csv(facts / "us_imports_2024_hs6_by_country.csv", schema_overrides={"census_country_code": pl.String})
    census = census.select(code="census_country_code", iso3="exporter_iso3", source="source_id").unique().sort("code")
    census.write_csv(DATA / "us_census" / "countries.csv")


def governance(facts: Path) -> None:
    """Write the six governance estimates by country and year, with their mean on the 0..10 scale."""
    dimensions = ["cc", "ge", "pv", "rl", "rq", "va"]
    rows = pl.read_csv(facts / "wgi_1996_2023.csv").pivot(
        on="indicator", index=["iso3", "year", "source_id"], values="estimate", aggregate_function="first"
    )
    mean = pl.mean_horizontal(dimensions)
    rows = rows.with_columns(
        dimensions=pl.sum_horizontal(pl.col(d).is_not_null() for d in dimensions).cast(pl.Int8),
        wgi_0_10=((2.5 - mean) / 5 * 10).clip(0, 10).round(6),
    ).filter(pl.col("dimensions") > 0)
    shown = ["iso3", "year", *dimensions, "dimensions", "wgi_0_10"]
    _write(rows.select(*shown, source="source_id").sort("iso3", "year"), DATA / "governance" / "wgi.parquet")


def thresholds(facts: Path) -> None:
    """Write the limits with issuer, purpose and status; a "same" refers to the row above."""
    rows, sources, above = [], [], {}
    for row in pl.read_csv(facts / "thresholds.csv", infer_schema=False).iter_rows(named=True):
        row = {k: above[k] if v in ("same", "same as JP-JFTC-1500") else _clean(v) for k, v in row.items()}
        above = row
        name = row["threshold_id"]
        if name in NO_LIMIT:
            continue
        urls = re.findall(r"https?://[^\s)]+", row["source"] or "")
        url = next((url for url in urls if OFFICIAL.search(url)), urls[0] if urls else None)
        sources.append(
            (f"TH_{name}", row["instrument"], row["issuer"], row["year"], url, None, row["confidence"])
            + (f"seen in: {row['source']} ({row['source_type']})",)
        )
        rows.append({
            "id": name, "metric": row["metric"], "condition": row["condition"],
            "low": row["value_low"], "high": row["value_high"], "scale": row["scale"], "meaning": row["meaning"],
            "issuer": row["issuer"], "instrument": row["instrument"], "year": row["year"],
            "purpose": row["purpose_of_original"], "fit": row["fit_for_supply_chain_use"],
            "confidence": row["confidence"], "note": row["notes"], "source": f"TH_{name}",
        })  # fmt: skip
    pl.DataFrame(rows).write_csv(DATA / "thresholds" / "thresholds.csv")
    pl.DataFrame(sources, schema=FIELDS, orient="row").write_csv(DATA / "thresholds" / "sources.csv")


def eu_study(facts: Path) -> None:
    """Write the shares and supply risks of the EU's 2023 study that the tests compare with."""
    columns = ["material", "stage", "scope", "iso3", "share_pct", "trade_parameter_t", "source_id"]
    shares = pl.concat(
        pl.read_csv(facts / f"eu_crm2023_{name}_shares.csv", infer_schema_length=None)
        .filter(pl.col("row_type") == "country")
        .select(columns)
        for name in ("global_supply", "eu_sourcing")
    )
    risks = pl.read_csv(facts / "eu_crm_sr_ei_2011_2023.csv").filter(assessment_year=2023)
    shares = shares.join(risks.select("material", "supply_risk"), on="material", how="left")
    shares = shares.rename({"share_pct": "value", "trade_parameter_t": "t", "source_id": "source"})
    _write(shares.sort("material", "stage", "scope", "iso3"), TESTS / "eu_crm_2023.parquet")


def _clean(cell: str | None) -> str | None:
    """Drop pointers into working papers, which a reader cannot follow."""
    if cell is None:
        return None
    cell = re.sub(r"\s*\(seed [^)]*\)", "", cell)
    cell = cell.replace("The brief's 'US CHIPS single point of failure': no", "No").replace(
        " GitHub calculator public GitHub file ;", ""
    )
    return cell.strip()


def _write(frame: pl.DataFrame, path: Path) -> None:
    frame.write_parquet(path, **PARQUET)


def main(facts: Path) -> None:
    """Build all tables."""
    for folder in (*SOURCES, "thresholds"):
        (DATA / folder).mkdir(parents=True, exist_ok=True)
    for folder, rows in SOURCES.items():
        pl.DataFrame(rows, schema=FIELDS, orient="row").write_csv(DATA / folder / "sources.csv")
    trade(facts / "minerals")
    codes(facts / "minerals")
    governance(facts / "minerals")
    thresholds(facts / "policy")
    eu_study(facts / "minerals")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
