"""Bills as people publish them: names, places on a board, currencies and remarks under headers of something else."""

import handed_in
import pytest
from kanmon.datasets.intake.understanding import understand


def read(tmp_path, *lines, name="bill.csv"):
    path = tmp_path / name
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    (table,) = understand(path).tables
    return table


def parts_of(tmp_path, *lines):
    read(tmp_path, *lines)
    return {row["name"] for row in handed_in.rows(tmp_path / "bill.csv")["bom"]}


def test_words_under_component_are_names_where_more_is_said_of_the_parts_and_no_two_of_one_name_are_one_part(tmp_path):
    lines = ["Qty,Component,Specification", "12,Bearing,608ZZ steel", "4,Screw,M2 x 12 mm", "6,Screw,M3 x 4 mm"]
    table = read(tmp_path, *lines)
    assert (table.texts("name"), table.texts("part")) == (["Bearing", "Screw", "Screw"], [None] * 3)
    assert parts_of(tmp_path, *lines) == {"Bearing", "Screw M2 x 12 mm", "Screw M3 x 4 mm"}


def test_lines_of_one_name_of_which_nothing_else_is_said_are_one_part(tmp_path):
    assert parts_of(tmp_path, "Qty,Component,Specification", "2,Washer,steel", "3,Washer,steel", "1,Shaft,") == {
        "Washer",
        "Shaft",
    }


@pytest.mark.parametrize("number", ["MPN", "Part Number"])
def test_words_under_component_are_names_beside_numbers(tmp_path, number):
    lines = [f"Subsystem,Component,{number},Manufacturer,Qty", "Drive,Buck converter 5 A,XL-4015,Alpha,1"]
    table = read(tmp_path, *lines, "Drive,Stepper driver,DRV-8825,Beta,3", "Frame,Hex nut steel,DIN-934,Gamma,8")
    assert table.texts("name") == ["Buck converter 5 A", "Stepper driver", "Hex nut steel"]
    assert table.texts("part") == ["XL-4015", "DRV-8825", "DIN-934"]


def test_codes_under_component_stay_the_numbers_of_the_parts(tmp_path):
    table = read(tmp_path, "Component,Specification,Qty", "A-100,steel shaft,1", "A-200,brass bush,2", "A-300,felt ring,2")
    assert table.texts("part") == ["A-100", "A-200", "A-300"]


def test_what_a_part_is_for_is_not_its_name(tmp_path):
    table = read(tmp_path, "part,quantity,purpose", "Stepper motor,1,Conveyor drive", "Servo,1,Chute", "Fuse,1,Protection")
    assert "name" not in table.roles and table.texts("part") == ["Stepper motor", "Servo", "Fuse"]


def test_a_column_of_models_or_suppliers_names_no_firms(tmp_path):
    lines = ["part,quantity,model_or_supplier", "Driver,1,TMC2209", "Motor,1,17HS4401S", "Sensor,2,Example Sensors Ltd"]
    table = read(tmp_path, *lines)
    assert table.suppliers == []
    one = read(tmp_path, "part,quantity,manufacturer or supplier", "Driver,1,Alpha", "Motor,1,Beta", name="firms.csv")
    assert sorted([*one.suppliers, *one.makers]) == ["Alpha", "Beta"]


def test_places_on_a_board_are_no_names_whatever_their_column_is_called(tmp_path):
    table = read(
        tmp_path, "Name,Quantity,Component", '"U1",1,Uno board', '"S1, S2",2,Push button', '"R3, R4, R5",3,10 k resistor'
    )
    assert table.texts("designator") == ["U1", "S1, S2", "R3, R4, R5"]
    assert table.texts("part") == ["Uno board", "Push button", "10 k resistor"]


def test_a_russian_bill_of_a_board_is_read_by_its_headers(tmp_path):
    lines = ["Обозначение;Компонент;Модель / номинал;Кол-во;Примечание;Ссылка", "U1;Плата;ESP32-S3;1;;https://example.org/a"]
    table = read(tmp_path, *lines, "R1;Резистор;100 кОм;1;Делитель;", "—;Корпус;PETG;1;;", "R2,R3;Резистор;22 кОм;2;;")
    assert table.kind == "bom" and table.texts("name") == ["Плата", "Резистор", "Корпус", "Резистор"]
    assert {"designator", "spec", "quantity", "note", "link"} <= table.roles.keys() and table.rows == 4


def test_currencies_under_price_unit_are_those_of_the_amounts(tmp_path):
    lines = [
        "Quantity,Manufacturer,Part #,Price Each,Price Unit,Line Price,Description",
        "1,Alpha,A-1,881.89,USD,881.89,Nozzle",
    ]
    table = read(tmp_path, *lines, "20,Beta,B-2,2.5,GBP,50,Terminal", "2,Beta,B-3,4,GBP,8,End cap")
    assert table.amounts == {"GBP": 58.0, "USD": 881.89}


def test_a_column_of_amounts_that_nobody_filled_in_gives_way_to_one_with_figures(tmp_path):
    table = read(tmp_path, "Part,Quantity,Price Total in USD,Total:", "Belt,2,59.98,", "Hose,1,10,")
    assert table.amounts == {"USD": 69.98}
    blank = read(tmp_path, "Part,Quantity,Total:", "Belt,2,", "Hose,1,", name="blank.csv")
    assert "amount" in blank.roles


@pytest.mark.parametrize(
    "cell",
    [
        "Download all printed parts at the link above.",
        "Get it from any shop",
        "See the list on the wiki",
        "Order from the web",
    ],
)
def test_what_to_do_is_no_supplier(tmp_path, cell):
    table = read(
        tmp_path, "Part Name,Quantity,Supplier", f"Frame,1,{cell}", "Motor,2,Example Motors", "Nut,8,Get It Right Ltd"
    )
    assert table.suppliers == ["Example Motors", "Get It Right Ltd"]
    assert any("is not a firm's name" in note.text("en") for note in table.notes)


def test_a_blank_before_one_name_in_many_draws_no_level(tmp_path):
    names = ["Pump", "Motor", "Shaft", " Seal", "Bolt", "Nut", "Hose", "Cap"]
    flat = read(tmp_path, "Part name,Qty", *(f"{name},1" for name in names))
    assert not flat.structured
    for lead in ("  ", "　", "\t"):
        drawn = read(tmp_path, "Part name,Qty", *(f"{name.replace(' ', lead)},1" for name in names), name="drawn.csv")
        assert drawn.structured and drawn.levels[3] == 1
    most = read(tmp_path, "Part name,Qty", "Pump,1", " Motor,1", " Shaft,1", "Valve,1", " Seal,2", name="most.csv")
    assert most.levels == [0, 1, 1, 0, 1]
