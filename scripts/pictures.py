"""Draw the pictures of the documentation and the README: ``python scripts/pictures.py [NAME ...]`` (``make pictures``).

Diagrams are drawn here as SVG; screenshots are taken of what the package itself writes, with a headless Chromium.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from html import escape
from pathlib import Path

FOLDER = Path(__file__).parents[1] / "docs" / "pictures"
INK, SOFT, DARK, LIGHT, WARN = "#1b3a4b", "#5c7080", "#2a6f97", "#a9d6e5", "#e07a5f"
FONT = "font-family='Helvetica, Arial, Noto Sans CJK JP, sans-serif'"

JAPANESE = {
    "Robot, magnets, steel: AND and OR": "ロボット・磁石・鋼材: AND と OR",
    "Shares, and what is not known": "シェアと、分かっていない部分",
    "The seven tables": "七つの表",
    "robot": "ロボット",
    "magnets": "磁石",
    "steel": "鋼材",
    "10 % kept": "10 % を維持",
    "100 % kept": "100 % を維持",
    "country A, 90 %": "A国、90 %",
    "country B, 10 %": "B国、10 %",
    "countries C, D, E": "C国・D国・E国",
    "stops": "停止",
    "goes on": "継続",
    "go on": "継続",
    "AND: all of them": "AND: すべて必要",
    "OR: any of them": "OR: いずれか",
    "The scarcest input decides; an average would say 55 %.": "最も乏しい投入財で決まる。平均なら 55 % になってしまう。",
    "What the source says": "出典が示すこと",
    "nobody named": "名前なし",
    "HHI 0.386 to 0.443": "HHI 0.386〜0.443",
    "Least concentrated: spread over ever smaller suppliers": "最も分散: 限りなく小さな供給者に分かれる",
    "Most concentrated: one supplier holds it": "最も集中: 一社が持つ",
    "what is supplied": "供給されるもの",
    "countries, companies": "国・企業",
    "item needs input": "品目と投入財",
    "who holds how much": "誰がどれだけ",
    "who sold to whom": "誰が誰に売ったか",
    "what may be restricted": "規制されうるもの",
    "publisher, year, licence": "発行者・年・利用条件",
    "every row": "どの行も",
    "names one": "出典を示す",
}


def box(x: float, y: float, width: float, name: str, under: str = "", fill: str = "#ffffff", ink: str = INK) -> str:
    """A box with its words, and a smaller line under them."""
    height, at = 46, y + (20 if under else 28)
    drawn = f"<rect x='{x}' y='{y}' width='{width}' height='{height}' rx='6' fill='{fill}' stroke='{INK}'/>"
    drawn += words(x + width / 2, at, name, 15, ink, "middle")
    if under:
        drawn += words(x + width / 2, at + 17, under, 12, ink, "middle")
    return drawn


def line(x1: float, y1: float, x2: float, y2: float) -> str:
    return f"<path d='M{x1} {y1} C{(x1 + x2) / 2} {y1} {(x1 + x2) / 2} {y2} {x2} {y2}' fill='none' stroke='{SOFT}'/>"


def words(x: float, y: float, text: str, size: int = 13, ink: str = SOFT, anchor: str = "start") -> str:
    return f"<text x='{x}' y='{y}' font-size='{size}' fill='{ink}' text-anchor='{anchor}'>{escape(text)}</text>"


def svg(name: str, width: int, height: int, title: str, *parts: str) -> None:
    size = f"viewBox='0 0 {width} {height}' width='{width}' height='{height}'"
    head = f"<svg xmlns='http://www.w3.org/2000/svg' {size} {FONT} role='img'><title>{escape(title)}</title>"
    drawn = "\n".join([head, "<rect width='100%' height='100%' fill='#ffffff'/>", *parts, "</svg>"])
    (FOLDER / f"{name}.svg").write_text(drawn + "\n", encoding="utf-8")
    translated = re.sub(r">([^<>\n]+)<", lambda found: f">{JAPANESE.get(found[1], found[1])}<", drawn)
    (FOLDER / f"{name}_ja.svg").write_text(translated + "\n", encoding="utf-8")


def and_or() -> None:
    svg(
        "and_or",
        720,
        250,
        "Robot, magnets, steel: AND and OR",
        line(150, 125, 250, 65),
        line(150, 125, 250, 185),
        line(390, 65, 500, 30),
        line(390, 65, 500, 100),
        line(390, 185, 500, 185),
        box(20, 102, 130, "robot", "10 % kept", LIGHT),
        box(250, 42, 140, "magnets", "10 % kept", LIGHT),
        box(250, 162, 140, "steel", "100 % kept", LIGHT),
        box(500, 7, 200, "country A, 90 %", "stops", WARN, "#ffffff"),
        box(500, 77, 200, "country B, 10 %", "goes on"),
        box(500, 162, 200, "countries C, D, E", "go on"),
        words(240, 130, "AND: all of them", 13, DARK),
        words(470, 70, "OR: any of them", 13, DARK),
        words(20, 236, "The scarcest input decides; an average would say 55 %."),
    )


def interval() -> None:
    def bar(y: int, parts: list[tuple[float, str, str]], said: str) -> str:
        at, drawn = 20.0, []
        for part, fill, name in parts:
            width = part * 480
            drawn.append(f"<rect x='{at:.1f}' y='{y}' width='{width:.1f}' height='30' fill='{fill}' stroke='#ffffff'/>")
            if name:
                drawn.append(words(at + width / 2, y + 20, name, 13, "#ffffff" if fill == DARK else INK, "middle"))
            at += width
        return "".join(drawn) + words(515, y + 20, said, 14, INK)

    known = [(0.6, DARK, "60 %"), (0.16, DARK, "16 %")]
    svg(
        "interval",
        720,
        215,
        "Shares, and what is not known",
        words(20, 22, "What the source says"),
        bar(32, [*known, (0.24, LIGHT, "nobody named")], "HHI 0.386 to 0.443"),
        words(20, 88, "Least concentrated: spread over ever smaller suppliers"),
        bar(98, [*known, *[(0.02, LIGHT, "")] * 12], "HHI 0.386"),
        words(20, 154, "Most concentrated: one supplier holds it"),
        bar(164, [*known, (0.24, LIGHT, "24 %")], "HHI 0.443"),
    )


def tables() -> None:
    svg(
        "tables",
        720,
        300,
        "The seven tables",
        line(180, 45, 280, 45),
        line(180, 125, 280, 125),
        line(440, 45, 540, 85),
        line(440, 125, 540, 85),
        line(440, 195, 540, 85),
        line(180, 125, 280, 195),
        line(180, 45, 280, 125),
        line(180, 125, 280, 265),
        line(440, 265, 540, 85),
        box(20, 22, 160, "items", "what is supplied", LIGHT),
        box(20, 102, 160, "suppliers", "countries, companies", LIGHT),
        box(280, 22, 160, "inputs", "item needs input"),
        box(280, 102, 160, "shares", "who holds how much"),
        box(280, 172, 160, "trades", "who sold to whom"),
        box(280, 242, 160, "measures", "what may be restricted"),
        box(540, 62, 160, "sources", "publisher, year, licence", LIGHT),
        words(560, 130, "every row", 13, DARK),
        words(560, 148, "names one", 13, DARK),
    )


def shoot(page: Path, name: str, width: int, height: int) -> None:
    """Take a picture of a page in a headless Chromium, with colours reduced to keep it small."""
    browser = next(
        (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None
    )
    if browser is None:
        sys.exit("Screenshots need Chromium: install the package chromium.")
    target = FOLDER / f"{name}.png"
    options = ["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--virtual-time-budget=8000"]
    options += [f"--window-size={width},{height}", "--force-device-scale-factor=1", f"--screenshot={target}"]
    subprocess.run([browser, *options, page.as_uri()], check=True, capture_output=True)
    from PIL import Image

    Image.open(target).convert("RGB").quantize(128, dither=Image.Dither.NONE).save(target, optimize=True)


def kanmon(*arguments: str, **environment: str) -> str:
    """Run a command as a person would and return what it prints."""
    command = [sys.executable, "-c", "from kanmon.app.cli import main; main()", *arguments]
    env = os.environ | {"KANMON_LANG": "en", "PYTHONUTF8": "1"} | environment
    return subprocess.run(command, check=True, capture_output=True, encoding="utf-8", env=env).stdout


def whatif() -> None:
    """The table of a what-if question and the steps that explain it, as a terminal shows them."""
    from rich.console import Console
    from rich.text import Text

    asked = "whatif --product humanoid_robot --embargo CHN --item ndfeb_magnet --buyer JPN"
    printed = kanmon(*asked.split(), FORCE_COLOR="1", COLUMNS="110")
    with tempfile.TemporaryDirectory() as folder:
        console = Console(record=True, width=110, file=(Path(folder) / "shown").open("w", encoding="utf-8"))
        console.print(Text(f"$ kanmon {asked}\n", style="bold"))
        console.print(Text.from_ansi("\n".join(printed.splitlines()[:21])))
        drawn = re.sub(r"@font-face \{.*?\}", "", console.export_svg(title="kanmon whatif"), flags=re.DOTALL)
        page = Path(folder) / "whatif.html"
        page.write_text(f"<meta charset='utf-8'><body style='margin:0'>{drawn}</body>", encoding="utf-8")
        height, width = (float(found) for found in re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', drawn).groups()[::-1])
        shoot(page, "whatif", round(width), round(height))


def explorer() -> None:
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "explorer.html"
        kanmon("explore", "humanoid", "--product", "rotary_actuator", "--buyer", "JPN", "--out", str(page))
        shoot(page, "explorer", 1360, 850)


def audit() -> None:
    company = Path(__file__).parents[1] / "datasets" / "data" / "demo_company" / "audit.xlsx"
    with tempfile.TemporaryDirectory() as folder:
        kanmon("audit", str(company), "--out", folder, "--force", "--lang", "ja", "--date", "2026-11-23")
        shoot(Path(folder) / "report.html", "audit", 900, 955)


DRAWN = {one.__name__: one for one in (and_or, interval, tables, whatif, explorer, audit)}

if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    for chosen in sys.argv[1:] or DRAWN:
        DRAWN[chosen]()
