"""TX-11, TX-13 … TX-15, TX-17: what sentences count."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    ("counts", "outcome"),
    [
        (("5", "1", "1", "4"), []),  # 万里街道: 1 + 1 + 4 = 5 + 1
        (("5", "1", None, "5"), []),
        (("5", "1", "1", "3"), [("error", "6", "5")]),
        (("5", "1", "1", "5"), [("error", "6", "7")]),
    ],
)
def test_units(written, found, counts, outcome) -> None:
    keys = ("subordinate", "administrative", "civil_service_managed", "public_institution")
    said = "包括本部以及下属预算单位。"
    own = [written.claim(f"units:{k}", n, "家", text=said) for k, n in zip(keys, counts, strict=True) if n is not None]
    assert found(written.text(*own), "TX-13") == outcome


def test_units_without_an_office_of_their_own_are_a_hint(written, found, receipt) -> None:
    own = [written.claim("units:subordinate", "5", "家"), written.claim("units:administrative", "1", "家")]
    last = written.claim("units:public_institution", "4", "家")
    assert found(written.text(*own, last), "TX-13") == [("hint", "6", "5")]
    assert receipt(written.text(*own), "TX-13").state == "not_applicable"
    assert receipt(written.text(last), "TX-13").reason == "文字中没有下属预算单位"


def test_bought_vehicles_cost_money(written, found) -> None:
    def text(bought, paid):
        number = written.claim("stated:vehicles_to_purchase", bought, "辆")
        return written.text(number, written.claim("sangong:vehicle_purchase", paid))

    assert found(text("1", "25.00"), "TX-11") == found(text("0", "0.00"), "TX-11") == []
    assert [severity for severity, _, _ in found(text("1", "0.00"), "TX-11")] == ["hint"]
    assert [severity for severity, _, _ in found(text("0", "25.00"), "TX-11")] == ["hint"]


def test_running_costs_need_vehicles(written, found, receipt) -> None:
    def text(cost, held):
        return written.text(
            written.claim("sangong:vehicle_operation", cost), written.claim("vehicles_held", held, "辆")
        )

    assert found(text("32.20", "7"), "TX-17") == found(text("0.00", "0"), "TX-17") == []
    assert found(text("32.20", "0"), "TX-17") == [("warning", "大于 0", "0")]  # 上海市财政局2025
    only = written.text(written.claim("sangong:vehicle_operation", "1.00"))
    assert receipt(only, "TX-17").reason == "文字中没有车辆"


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        ("某局设3个内设机构，包括：办公室（党办）、预算科、国库科。", []),
        ("某局设3个内设机构，包括：办公室、预算科和国库科。", []),
        ("某局设3个内设机构，包括：办公室、预算科。", [("hint", "2", "3")]),
        ("某局设2个内设机构，包括：办公室（财务、人事）、预算科、国库科。", [("hint", "3", "2")]),
    ],
)
def test_divisions(written, found, text, outcome) -> None:
    made = written.text(written.claim("units:internal_divisions", "3", "个", text=text))
    assert found(made, "TX-14") == outcome


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        ("房屋1,000平方米，其中：办公用房600平方米、业务用房400平方米。", []),
        ("房屋1,000平方米，其中：办公用房600平方米、业务用房300平方米。", [("hint", "900", "1,000")]),
        ("房屋1,000平方米，其中：办公用房600平方米。", []),  # one part is no breakdown
    ],
)
def test_areas(written, found, text, outcome) -> None:
    assert found(written.text(written.claim("stated:area", "1000", "平方米", text=text)), "TX-15") == outcome
