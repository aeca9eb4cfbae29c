"""Bytes of unknown encoding become text, or an error that says where."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kanmon.graph import ReadError
from kanmon.graph.encodings import decode, text_of

NAME = Path("parts.csv")


@pytest.mark.parametrize(
    ("text", "encoding", "found"),
    [
        ("品番,数量\nA-1,関門", "utf-8", "utf-8"),
        ("品番,数量", "utf-8-sig", "utf-8"),
        ("品番\t数量", "utf-16", "utf-16"),
        ("part\tcount\n1\t関", "utf-16-le", "utf-16"),
        ("part\tcount\n1\t関", "utf-16-be", "utf-16"),
        ("品名,数量\nｺﾈｸﾀ,1", "cp932", "cp932"),
        ("価格(円),1", "cp932", "cp932"),
        ("ソ,表,能", "cp932", "cp932"),
        ("Türkiye\nCuraçao\nCôte d'Ivoire\nRéunion", "latin-1", "cp1252"),
        ("Größe;Stück;Maß;20 °C;5 µm", "cp1252", "cp1252"),
        ("Cikkszám;Megnevezés;Szállító;Összeg\n1;Csavar őrlő;Tőke Kft.", "cp1250", "cp1250"),
        ("Cikkszám;Összeg\n1;Mágnes gyűrű", "iso8859-2", "cp1250"),  # both write these letters alike
        ("Ilość;Nazwa części\n1;śruba ślimakowa", "iso8859-2", "iso8859-2"),
        ("Botões automáticos;3", "cp1252", "cp1252"),
        ("Þörf;Viðgerð", "cp1252", "cp1252"),
        ("Parça adı;Tedarikçi\nCıvata;Yılmaz Çelik A.Ş.", "cp1254", "cp1254"),
        ("Артикул;Наименование;Поставщик\nА-1;Болт;ООО «Металл»", "cp1251", "cp1251"),
        ("№;Постачальник;Країна походження", "cp1251", "cp1251"),
        ("Descrição;Fornecedor;Informações\nParafuso;Põe Ltda", "cp1252", "cp1252"),
        ("Désignation;Coût;Fournisseur\nÉcrou;3;Société Générale", "cp1252", "cp1252"),
        ("Nimetus;Tõuge;Hõõgküünal", "cp1252", "cp1252"),
        ("Nafn;Þráður;Viðgerð", "cp1252", "cp1252"),
        ("品番,品名,仕入先,数量\nA-1,磁石,例示製作所,2", "euc-jp", "euc-jp"),
        ("料号,名称,供应商,数量\nA-1,磁铁,例示公司,2", "gb18030", "gb18030"),
        ("料號,品名,供應商,數量\nA-1,磁鐵,例示公司,2", "big5", "big5"),
        ("품번,품명,공급업체,수량\nA-1,자석,한국자석,2", "euc-kr", "euc-kr"),
    ],
)
def test_content_tells_the_encoding(text, encoding, found):
    assert text_of(text.encode(encoding), NAME)[:2] == (text, found)


@pytest.mark.parametrize("data", [b"a,b\n1,\x00\n", b"\xff\xfe\x81\x00", b"\x80\x81\x82" * 9, bytes(range(256))])
def test_what_is_no_text_is_refused(data):
    with pytest.raises(ReadError) as caught:
        decode(data, NAME)
    assert caught.value.message.key == "graph.tables.encoding"
    assert "parts.csv" in caught.value.text("ja")


def test_damaged_utf_8_is_not_read_as_other_letters_and_its_line_is_said():
    with pytest.raises(ReadError) as caught:
        decode("品番,数量\nA-1,関".encode() + b"\xff" + "門\n".encode(), NAME)
    assert caught.value.message.values["line"] == 2
    assert "line 2" in caught.value.text("en") and "2 行目" in caught.value.text("ja")


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"], exclude_characters="\ufeff"), min_size=1))
def test_utf_8_comes_back_as_it_was(text):
    assert decode(text.encode(), NAME) == text


@given(st.binary(max_size=200))
def test_any_bytes_are_text_or_a_read_error(data):
    try:
        assert isinstance(decode(data, NAME), str)
    except ReadError as error:
        assert error.text("en") != error.text("ja")
