"""Lines that are nothing which somebody buys as a part: places of a bare board, services, and what only looks like them."""

import pytest
from people_files import aside, table, text

BOARD = [
    "Reference,Value,Footprint,Qty,Manufacturer,MPN",
    "C1 C2,100nF,Capacitor_SMD:C_0603,2,Murata,GRM188R71H104KA93D",
    "FID1,Fiducial,Fiducial:Fiducial_1mm_Mask2mm,1,,",
    "H1,M3,MountingHole:MountingHole_3.2mm_M3,1,,",
    "H2,MountingHole,MountingHole:MountingHole_3.2mm_M3,1,Würth,9774025360",
    "JP1,SolderJumper_2_Open,Jumper:SolderJumper-2_P1.3mm_Open,1,,",
    "J1,Jumper_2,Connector:PinHeader_1x02,1,,",
    "G1,Logo,Graphics:OSHW,1,,",
    "U1,LOGO module,Module:LOGO_8,1,,",
]


def test_places_of_the_bare_board_are_no_parts_unless_somebody_made_what_stands_there(tmp_path):
    found = table(text(tmp_path / "board.csv", BOARD))
    assert aside(found) == [(3, "place"), (4, "place"), (6, "place"), (8, "place")]
    assert found.texts("designator") == ["C1 C2", "H2", "J1", "U1"]


def test_what_is_called_like_a_place_of_a_board_is_a_part_where_no_board_is_listed(tmp_path):
    lines = ["part,name,quantity,unit", "P-1,mounting hole plug,4,pcs", "P-2,基準マーク,2,枚"]
    assert table(text(tmp_path / "bom.csv", lines)).texts("part") == ["P-1", "P-2"]


@pytest.mark.parametrize(
    ("head", "lines", "left"),
    [
        ("Part,Description,Qty,Price", ["P-1,Motor,2,120", "X-9,Shipping,1,25", "P-2,Shipping box,1,5"], ["P-1", "P-2"]),
        ("品番,品名,員数,単価", ["P-1,軸受,2,120", "Z-1,送料,1,800", "Z-2,組立工賃,3,900"], ["P-1"]),
        ("Teil,Bezeichnung,Menge,Preis", ["P-1,Welle,2,12", "V-1,Versandkosten,1,9"], ["P-1"]),
    ],
)
def test_what_is_paid_beside_parts_is_none(head, lines, left, tmp_path):
    found = table(text(tmp_path / "bom.csv", [head, *lines]))
    assert found.texts("part") == left
    assert {reason for _, reason in aside(found)} == {"service"} and len(aside(found)) + len(left) == len(lines)
