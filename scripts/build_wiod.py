"""Build the packaged country-industry network: ``python scripts/build_wiod.py FACTS``.

FACTS holds ``chains/wiod2011``. Written: ``datasets/data/wiod``. Running it again gives the same bytes.
"""

from __future__ import annotations

import sys
from pathlib import Path

import polars as pl

HERE = Path(__file__).parents[1] / "datasets" / "data" / "wiod"
PARQUET = {"compression": "zstd", "compression_level": 22, "statistics": False}
SOURCE = "WIOD_2013_2011"
# Japanese names are this project's translation of the standard English ones.
JAPANESE = [
    "農林水産業",
    "鉱業",
    "食料品・飲料・たばこ",
    "繊維・繊維製品",
    "皮革・履物",
    "木材・木製品",
    "紙・パルプ・印刷・出版",
    "石油・石炭製品・核燃料",
    "化学",
    "ゴム・プラスチック",
    "窯業・土石",
    "鉄鋼・非鉄・金属製品",
    "一般機械",
    "電気・光学機器",
    "輸送機械",
    "その他製造業・再生業",
    "電気・ガス・水道",
    "建設",
    "自動車販売・修理・燃料小売",
    "卸売",
    "小売・家庭用品修理",
    "宿泊・飲食",
    "陸運",
    "水運",
    "空運",
    "運輸付帯サービス",
    "郵便・通信",
    "金融",
    "不動産",
    "機械賃貸・対事業所サービス",
    "公務・国防",
    "教育",
    "医療・社会福祉",
    "その他サービス",
    "家事使用人",
]
NOTE = (
    "World input-output table of 2011, 40 countries and the rest of the world (ROW), 35 industries, in million "
    "USD. Flows of at least 10 million between country-industries: 99.0 % of the value of deliveries between "
    "industries. Licence: as the documentation of pymrio states it; the names of 27 industries are the standard "
    "list of the release, not read from this file. Taken from github.com/bquast/wiod, commit "
    "59a28ac22fbd7751ea84c0f33722b5246b0af46d, data/wiot_2011.RData. Reference: Timmer, Dietzenbacher, Los, "
    "Stehrer, de Vries (2015), doi:10.1111/roie.12178."
)


def main(facts: Path) -> None:
    place = facts / "chains" / "wiod2011"
    HERE.mkdir(parents=True, exist_ok=True)
    country, industry = pl.col("id").str.split(".").list.get(0), pl.col("id").str.split(".").list.get(1)
    country = country.replace({"ROM": "ROU", "RoW": "ROW"})  # ISO3 for Romania
    new = dict(_nodes(place, country, industry).select("old", "id").iter_rows())
    nodes = _nodes(place, country, industry).drop("old").with_columns(source=pl.lit(SOURCE))
    nodes.write_parquet(HERE / "sectors.parquet", **PARQUET)
    flows = pl.read_csv(place / "wiod_edges_ge10musd.csv.gz").select(
        supplier=pl.col("from").replace_strict(new),
        buyer=pl.col("to").replace_strict(new),
        value=pl.col("value_musd").cast(pl.Int32),
    )
    flows = flows.sort("supplier", "buyer").cast({"supplier": pl.Categorical, "buyer": pl.Categorical})
    flows.write_parquet(HERE / "flows.parquet", **PARQUET)
    names = pl.read_csv(place / "industry_classification.csv").select(industry="industry_code", name_en="name_en")
    names.with_columns(name_ja=pl.Series(JAPANESE)).write_csv(HERE / "industries.csv")
    source = {
        "id": SOURCE,
        "title": "World Input-Output Database, release 2013, year 2011",
        "publisher": "WIOD project (University of Groningen and partners)",
        "date": "2013",
        "url": "https://www.rug.nl/ggdc/valuechain/wiod/",
        "licence": "CC BY 4.0",
        "reliability": "high",
        "note": NOTE,
    }
    pl.DataFrame([source]).write_csv(HERE / "sources.csv")


def _nodes(place: Path, country: pl.Expr, industry: pl.Expr) -> pl.DataFrame:
    table = pl.read_csv(place / "wiod_nodes.csv")
    return table.select(
        old="id",
        id=pl.concat_str(country, pl.lit("."), industry),
        country=country,
        industry=industry,
        output=pl.col("gross_output_musd").cast(pl.Int32),
        final_demand=pl.col("final_demand_total_musd").cast(pl.Int32),
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
