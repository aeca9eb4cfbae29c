"""Build the example workbook of an invented company: a small maker of robot actuators.

    python scripts/build_demo_company.py

Company, products, suppliers, amounts and dates are invented ("架空", "Kakuu": fictional). Cells are dirty on purpose, as in
people's files: full-width digits, mixed dates and percentages, blanks, a formula as text, shares of 120 %, a BOM line that
runs in a circle.
"""

from __future__ import annotations

import csv
import re
from pathlib import Path
from typing import Any

from kanmon.app.audit.workbook import ABOVE, write_workbook

HERE = Path(__file__).resolve().parent
TARGET = HERE.parent / "datasets" / "data" / "demo_company" / "audit.xlsx"
FASTENERS = [
    *(
        (f"SC-{size}{length:02d}", f"六角穴付ボルト M{size}x{length} (cap screw)")
        for size in (3, 4, 5)
        for length in (8, 12, 16)
    ),
    *((f"SC-6{length:02d}", f"六角穴付ボルト M6x{length} (cap screw)") for length in (16, 20, 25)),
    *((f"WS-{size}00", f"ばね座金 M{size} (spring washer)") for size in (3, 4, 5, 6)),
    *((f"PN-{size}10", f"平行ピン φ{size} (dowel pin)") for size in (3, 4, 5)),
    *((f"OR-{size}", f"Oリング P{size} (O-ring)") for size in (20, 30, 40, 50)),
    *((f"SP-{size}", f"シム {size}um (shim)") for size in (50, 100, 200)),
    ("TP-100", "耐熱テープ (heat-resistant tape)"),
    ("TB-100", "熱収縮チューブ (heat-shrink tube)"),
    ("CT-100", "結束バンド (cable tie)"),
    ("DS-100", "乾燥剤 (desiccant)"),
    ("BG-100", "静電気防止袋 (antistatic bag)"),
]
COSTS = [
    ("MG-120", "qualify", "Kakuu Magnet F35", "ベトナム", None, 0.5, 6_800_000),
    ("MG-120", "stock", None, None, 120, None, 9_500_000),
    ("MG-150", "stock", None, None, 120, None, 2_900_000),
    ("MG-150", "add_source", None, "日本", None, 0.4, 5_200_000),
    ("TS-110", "add_source", None, "ドイツ", None, 1.0, 12_000_000),
    ("TS-210", "stock", None, None, 180, None, 11_800_000),
    ("GR-110", "qualify", "Kakuu Drive F02", "中国", None, 0.5, 8_000_000),
    ("GR-110", "stock", None, None, 90, None, 18_600_000),
    ("AD-100", "stock", None, None, 180, None, 800_000),
    ("MC-100", "stock", None, None, 200, None, 7_700_000),
    ("RS-510", "qualify", "Kakuu Screw F04", "中国", None, 1.0, 4_500_000),
    ("PH-100", "stock", None, None, 180, None, 2_300_000),
]
OWNERS = {
    ("MG-120", "stock"): ("調達部", "2027-03-31"),
    ("TS-110", "add_source"): ("調達部・開発部", "2027/9/30"),
    ("AD-100", "stock"): ("生産管理部", "令和9年1月31日"),
    ("MC-100", "stock"): ("調達部", None),
}
TECHNOLOGIES: list[dict[str, Any]] = [
    {"technology": "高密度ステータ巻線技術 (high-density stator winding)", "site": "本社工場", "country": "日本",
     "partner": "Kakuu Winding F61", "partner_country": "ベトナム", "control": "秘密保持契約",
     "transfer": "巻線作業標準書・設備条件 (work instructions, machine settings)", "destination": "ベトナム",
     "decision_date": "2027/2/1"},
    {"technology": "永久磁石ロータの着磁・接着条件 (bonding and magnetising of permanent-magnet rotors)", "site": "本社工場",
     "country": "日本", "control": "入室制限・図面管理"},
    {"technology": "アクチュエータ制御ソフトウェア (control software)", "site": "本社", "country": "日本",
     "partner": "架空大学 研究室", "partner_country": "日本", "control": "共同研究契約"},
    {"technology": "鋳造ハウジングの薄肉化 (thin-wall casting)", "site": "委託先", "country": "ベトナム",
     "partner": "Kakuu Casting F13", "partner_country": "ベトナム", "control": None},
]  # fmt: skip
ANSWERS = {
    "ESMG-P2": ("一部", "2026年度予算書 12頁", "2026-04-01", "経営企画部"),
    "ESMG-P3": ("一部", "主要調達先7社との面談記録", "2026-07-15", "調達部"),
    "ESMG-A2": ("はい", "業界団体からの照会への回答", "2026-05-12", "調達部"),
    "ESMG-I2": ("いいえ", None, None, "経営企画部"),
    "ESMG-G0": ("一部", "中期経営計画 8章", "2026-05-30", "経営企画部"),
    "ESMG-G2": ("いいえ", None, None, None),
    "CGC-4.4": ("一部", "取締役会議事録", "令和8年6月25日", "総務部"),
    "TLG-3": ("はい", "退職時誓約書・競業避止規程", "2025-10-01", "人事部"),
    "PNR-1": ("一部", "技術一覧の確認を開始", "2026/9/1", "開発部"),
    "PNR-6": ("該当なし", None, None, None),
    "PRJ-Q17": ("はい", "経済安全保障委員会 設置規程", "2026-04-01", "経営企画部"),
    "PRJ-Q18": ("半期に1回", None, None, "経営企画部"),
}
PRODUCTS: list[dict[str, Any]] = [
    {"product": "ACT-10", "name": "回転アクチュエータ 10 (rotary actuator)", "revenue": "18億円", "own_share": "6%"},
    {"product": "ACT-20", "name": "回転アクチュエータ 20 (rotary actuator)", "revenue": 1_180_000_000, "own_share": "4%"},
    {"product": "LIN-05", "name": "直動アクチュエータ 05 (linear actuator)", "revenue": "６４０，０００，０００"},
]
PRODUCTS[0]["sole_customers"], PRODUCTS[1]["sole_customers"] = 2, 1


def rows(name: str) -> list[dict[str, str]]:
    with (HERE / "demo_company" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def bom(parts: list[dict[str, str]]) -> list[dict[str, Any]]:
    lines: list[dict[str, Any]] = [
        {"parent": row["parent"], "part": row["part"], "name": row["name"], "quantity": float(row["quantity"])}
        for row in parts
    ]
    for i, (part, name) in enumerate(FASTENERS):
        for product in ("ACT-10", "ACT-20", "LIN-05")[: 1 + i % 3]:
            essential = "いいえ" if part in {"CT-100", "DS-100", "BG-100"} else None
            lines.append({"parent": product, "part": part, "name": name, "quantity": 4 + i % 8, "essential": essential})
    lines[42]["quantity"] = "１"
    lines[5]["part"] = "ＢＲ－１２０"
    lines.append({"parent": "RT-110", "part": "MA-110", "name": "モータ組立 10 (motor assembly)", "quantity": 1})
    return lines


def sourcing(parts: list[dict[str, str]], firms: dict[str, dict[str, str]]) -> list[dict[str, Any]]:
    lines: list[dict[str, Any]] = []
    for row in parts:
        for i, entry in enumerate(filter(None, row["sources"].split("; "))):
            firm, country, share, qualified = re.fullmatch(r"(\w+)@(\w*):(?:(\d+)%)?:?(\w*)", entry).groups()  # type: ignore[union-attr]
            part_share = float(share) / 100 if share else None
            stock = float(row["stock_days"]) if row["stock_days"] and i == 0 else None
            lines.append({
                "part": row["part"], "name": row["name"], "supplier": firms[firm]["name"], "country": country,
                "share": part_share, "qualified": qualified or None,
                "qualified_date": "2024-03-15" if qualified == "はい" else None,
                "lead_days": 45 if country == "日本" else 75,
                "switch_days": float(row["switch_days"]) if row["switch_days"] else None,
                "stock": stock * 40 if stock else None, "daily_use": 40 if stock else None,
                "spend": float(row["spend"]) * part_share if row["spend"] and part_share else None,
                "hs": row["hs"] or None, "world_item": row["world_item"] or None, "contains": row["contains"] or None,
            })  # fmt: skip
    for i, (part, name) in enumerate(FASTENERS):
        dealer = {"part": part, "name": name, "supplier": "架空商事 F60", "country": "日本" if i % 4 else None}
        lines.append(dealer | {"stock_days": 60 + i, "switch_days": 20, "spend": 300_000 + 20_000 * i, "qualified": "○"})
    return dirty(lines)


def dirty(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Write cells as people do."""
    by_part: dict[str, list[dict[str, Any]]] = {}
    for line in lines:
        by_part.setdefault(line["part"], []).append(line)
    by_part["EN-110"][0] |= {"share": "60", "qualified_date": "令和6年3月15日"}
    by_part["EN-110"][1] |= {"share": "40", "qualified_date": "2024/3/15", "country": "ﾄﾞｲﾂ"}
    by_part["BR-110"][0]["share"] = "75%"
    by_part["BR-110"][1] |= {"part": ABOVE, "name": ABOVE, "country": "中国(江蘇省)", "qualified_date": "15.3.2024"}
    by_part["HS-110"][1] |= {"part": ABOVE, "name": ABOVE}
    by_part["HS-510"][0]["supplier"] = "㈱Kakuu Casting F13"
    by_part["RE-101"][0]["share"], by_part["RE-101"][1]["share"] = "80%", "40%"
    by_part["SL-110"][0]["stock"] = "約３，６００"
    by_part["CB-110"][1]["lead_days"] = "3ヶ月"
    by_part["PB-110"][1]["country"] = "中国・台湾"
    by_part["SD-100"][0]["name"] = '=HYPERLINK("http://example.invalid","はんだペースト")'
    by_part["PC-100"][0]["spend"] = "1,900千円"
    by_part["TP-100"][0]["country"] = "不明"
    lines.append({"part": "合計", "spend": sum(line["spend"] for line in lines if isinstance(line["spend"], float))})
    return lines


def main(target: Path = TARGET) -> None:
    parts, firms = rows("parts"), {row["id"]: row for row in rows("suppliers")}
    company = {
        "company": "架空アクチュエータ株式会社 (fictional company)",
        "currency": "JPY",
        "as_of": "2026-09-30",
        "budget": "3,000万円",
    }
    choice = {"qualify": "代替先を認定する", "add_source": "調達先を加える", "stock": "在庫を積む"}
    columns = ("part", "measure", "supplier", "country", "days", "share", "cost")
    measures = [dict(zip(columns, row, strict=True)) for row in COSTS]
    for row in measures:
        row["owner"], row["due"] = OWNERS.get((str(row["part"]), str(row["measure"])), (None, None))
    answers = [
        dict(zip(("item", "answer", "evidence", "date", "owner"), (id, *row), strict=True)) for id, row in ANSWERS.items()
    ]
    suppliers = [
        row | {"supplier": row["name"], "kind": {"maker": "メーカー", "vendor": "商社・販社"}[row["kind"]]}
        for row in firms.values()
    ]
    target.parent.mkdir(parents=True, exist_ok=True)
    tables = {
        "company": [company],
        "products": PRODUCTS,
        "bom": bom(parts),
        "sourcing": sourcing(parts, firms),
        "suppliers": [{name: value or None for name, value in row.items()} for row in suppliers],
        "technologies": TECHNOLOGIES,
        "measures": [row | {"measure": choice[str(row["measure"])]} for row in measures],
        "questionnaire": answers,
    }
    write_workbook(target, tables, "ja", force=True)


if __name__ == "__main__":
    main()
