"""The printed forms F1–F18 in the three ranges."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from kpi_cli.errors import LedgerError, UsageError
from kpi_cli.evaluation import records as r
from kpi_cli.evaluation.forms import Range, form_tables, forms, public_faults, review_matrix, score_matrix
from kpi_cli.evaluation.scheme import EvaluationYear
from kpi_cli.tables.table import State
from tests.evaluation.examples import ten_units
from tests.evaluation.test_project_self import YEAR as PROJECT
from tests.evaluation.whole_year import place, whole_year

YEAR = whole_year()


def printed(number: int, year: EvaluationYear = YEAR, viewer: Range = Range.OFFICE, unit: str = "") -> list[str]:
    """Return the rows of a form's tables, cells parted by |."""
    tables = form_tables(year, [number], viewer=viewer, unit=unit, department="某县绩效办")
    return ["|".join(row) for table in tables for row in table.plain_rows()]


def test_every_form_is_there() -> None:
    assert [form.id for form in forms()] == list(range(1, 19))
    assert {table.id for table in form_tables(YEAR)} == set(range(1, 19)) - {4}  # nobody is behind plan
    assert len({table.name for table in form_tables(YEAR)}) == len(form_tables(YEAR))


def test_what_stands_around_a_form() -> None:
    (table,) = form_tables(YEAR, [11], department="某县绩效办")
    assert (table.number, table.name, table.title) == ("F11", "年终成绩汇总表", "2017 年度绩效考评年终成绩汇总表")
    assert (table.label, table.unit_label, table.source) == (
        "单位（盖章）：某县绩效办",
        "填报日期：",
        "示例〔2017〕1号",
    )
    assert table.note == "依据：示例〔2017〕1号。得分保留 2 位小数，四舍五入。\n制表：　　　审核：　　　签发："
    assert [table.header_path(4), table.header_path(5)] == [["指标考评", "原分"], ["指标考评", "折算"]]


def test_f1() -> None:
    rows = printed(1)
    assert rows[1] == "1|发展|投资|||职能工作指标|30||100||比例计分|季|丙镇、甲镇、乙镇|考核办|督查室|"
    assert rows[4] == "|发展 小计|||||60|||||||||"
    assert rows[-1] == "|合计|||||100|||||||||"
    assert printed(1, viewer=Range.PUBLIC)[0] == (
        "序号|一级指标|二级指标|三级指标|四级指标|指标类型|分值|计量单位|评分细则|考核周期|责任单位|考核单位|数据来源"
    )


def test_f2_to_f4() -> None:
    assert printed(2)[2] == "2.1|标杆工作|定义||某市||差 3 项||对标|||王主任"
    assert printed(3, viewer=Range.UNIT, unit="jia") == [
        "序号|期间|指标|年度目标|计划进度%|累计完成|完成率%|自评分|存在问题|下一步措施|佐证材料编号",
        "1|2017Q1|1.1 投资|100|25|25|25.00||||E1",
        "2|2017Q2|1.1 投资|100|50|50|50.00||||E1",
    ]
    late = replace(YEAR, progress=tuple(item._replace(cumulative_actual=Decimal(18)) for item in YEAR.progress[:1]))
    assert printed(4, late)[1:] == ["1.1 投资|甲镇|2017Q1|25.00|18.00|-7.00|严重滞后|1"]


def test_f5() -> None:
    rows = printed(5, unit="jia", viewer=Range.UNIT)
    assert rows[1:] == [
        "1|1.1 投资|30|100|95|95.00|比例计分||||28.50||E1",
        "2|1.2 就业|20||95||区间（分档）计分||||20.00||E1",
        "3|1.3 能耗|10|50|50|100.00|每低一档扣分||||10.00||E1",
        "4|2.1 标杆工作|20||||定性三档||||18.00||",
        "5|2.2 效能|20|||||19|18|17|17.00|复核1|",
        "|合计|100||||||||93.50||",
    ]


def test_f6() -> None:
    rows = printed(6)
    assert (
        rows[0]
        == "单位|评议阶段|代表类别|权重|发放|收回|回收率%|无效|有效|满意||基本满意||不满意||不了解||满意率%|组得分|加权得分"
    )
    assert rows[1] == "|||||||||票数|占比%|票数|占比%|票数|占比%|票数|占比%|||"
    assert rows[5] == "甲镇||机关干部|40|20|19|95.00|1|17|12|66.67|4|22.22|1|5.56|1|5.56|94.12|88.82|35.53"
    assert rows[7] == "甲镇||合计||40|38|95.00|2|34|24|66.67|8|22.22|2|5.56|2|5.56|94.12||"
    midyear = replace(YEAR, ballots=(*YEAR.ballots, YEAR.ballots[0]._replace(round="midyear")))
    assert [table.name for table in form_tables(midyear, [6])] == ["公众评议统计表 年终", "公众评议统计表 半年测评"]


def test_f7_and_f8() -> None:
    assert printed(7)[1] == "Y1|甲镇|作风|窗口排队时间长|机关干部|甲镇|2018-03-01|已整改"
    rows = printed(8)
    assert rows[:2] == [
        "单位|评价人数|最高|最低|平均|去极值平均|主要领导|四套班子|得分|折算分|排名",
        "||||||平均|平均|||",
    ]
    jia = next(row for row in rows if row.startswith("甲镇"))
    assert jia == "甲镇|4|89|86|87.50|87.50|89.00|87.00|87.50|13.13|1"


def test_f9_and_f10() -> None:
    assert printed(9)[1:] == [
        "I1|2017-05-02||丙镇|缺席调度会|缺席会议|1|1.00|1.00|区级|查〔2017〕1号|2017-06-30|已完成|",
        "|||丙镇|小计，计入总分 1.00||||1.00|||||",
    ]
    late = YEAR.bonuses[0]._replace(id="B2", date="2018-02-01", matter="另一项")
    same = YEAR.bonuses[0]._replace(id="B3")
    rows = printed(10, replace(YEAR, bonuses=(*YEAR.bonuses, late, same)))
    assert rows[1:] == [
        "B1|甲镇|创新加分|自治区级|一窗通办|桂表〔2017〕3号||2017-11-01||1.00||",
        "B2|甲镇|创新加分|自治区级|另一项|桂表〔2017〕3号||2018-02-01||||发文日期 2018-02-01 不在 2017-01-01 至 2017-12-31 之内",
        "B3|甲镇|创新加分|自治区级|一窗通办|桂表〔2017〕3号||2017-11-01||||同一事项已计",
        "|甲镇|||小计|||||1.00|1.00|",
    ]


def test_f11() -> None:
    rows = printed(11, ten_units())
    assert rows[:3] == [
        "序号|单位|类别|系列|指标考评||公众评议||领导评价||察访核验扣分|加分|总分|名次|等次|否决事项|备注",
        "||||原分|折算|原分|折算|原分|折算|||||||",
        "1|丙街道|镇(街)||95.02|66.51|84.30|12.65|90.00|13.50|0.50|3.00|95.16|1|一等||创新加分原为 2.6，按上限 2 计",
    ]
    assert rows[-1].startswith("10|F局|区直部门||91.37|68.53|—|—|88.15|22.04|1.00|0.00|89.57|6|三等||不参加公众评议")
    own = printed(11, ten_units(), Range.UNIT, "jia")
    assert [row.split("|")[1] for row in own[2:]] == ["甲镇", "同系列最高", "同系列平均", "同系列最低"]
    assert own[4].split("|")[12] == "90.92"  # (95.16 + 92.02 + 91.61 + 84.87) / 4


def test_f12_in_every_range() -> None:
    office = printed(12, ten_units())
    assert office[:2] == ["名次|单位|等次|总分", "1|丙街道|一等|95.16"]
    public = printed(12, ten_units(), Range.PUBLIC)
    assert public[5:] == [
        "名次|单位|等次",
        "1|E局|四等",
        "2|A局|一等",
        "3|B局|二等",
        "4|C局|二等",
        "4|D局|二等",
        "6|F局|三等",
    ]


def test_f13() -> None:
    year = whole_year(scheme={"appeal_deadline": "2018-02-10"})
    rows = printed(13, year, Range.UNIT, "bing")
    assert rows[1].startswith("指标考评|100|")
    assert "　1.1 投资|30|24.00|||||失 6 分：完成率 80 ÷ 100 = 0.8；30 × 0.8 = 24" in rows
    assert "　察访核验 I1|||||||缺席调度会（查〔2017〕1号）" in rows
    (table,) = form_tables(year, [13], viewer=Range.UNIT, unit="bing")
    assert "对结果有异议的，请于 2018-02-10 前书面申诉。" in table.note


def test_f14_to_f18() -> None:
    office, public = printed(14), printed(14, viewer=Range.PUBLIC)
    assert [row for row in office if row not in public] == ["项目负责人|李科长"]
    assert office[1:3] == ["项目名称|绩效考评工作经费", "主管部门|绩效办"]
    assert office[-4:] == [
        "产出·数量·考评单位数|≥67个",
        "产出·成本·总成本|≤18万元",
        "效益·社会·整改完成率|≥95%",
        "满意度·服务对象·评议满意|满意率 90% 以上",
    ]
    assert printed(15)[1] == "考评单位数|≥67个|6|60|67||能完成"
    assert printed(17)[1] == "2017-03-20|领导小组会|指标体系|同意|纪〔2017〕1号"
    assert printed(18)[1:] == [
        "1|开展年度考评|绩效考评工作经费|18.00|17.00|94.44|考评报告",
        "|合计||18.00|17.00|94.44|",
    ]


def test_f16() -> None:
    assert printed(16, PROJECT) == [
        "一级指标|二级指标|三级指标|年度指标值|实际完成值|分值|得分|偏差原因分析及改进措施",
        "项目资金（万元）|资金总额|年初预算 18|18|16.74|||",
        "预算执行||执行率（B/A）||93%|10|9.30|",
        "产出|数量|指标考评单位数|≥67|67|10|10.00|",
        "产出|数量|季度自评次数|≥4|4|10|10.00|",
        "产出|质量|指标复核覆盖率|≥100|97|10|9.70|",
        "产出|时效|结果按时通报|按时|达成预期（1）|10|10.00|",
        "产出|成本|项目总成本|≤18|16.74|10|10.00|",
        "效益|社会|问题整改完成率|≥95|88|15|13.89|",
        "效益|可持续|机关效能提升|明显|部分达成（0.75）|15|11.25|",
        "满意度|服务对象|评议对象满意度|≥90|87.06|10|9.67|",
        "总分|||||100|93.81|优",
    ]


def test_numbers_stay_numbers() -> None:
    for table in form_tables(YEAR):
        for _, _, cell in table.figures():
            assert (cell.state, cell.value is None, cell.format is None) == (State.AMOUNT, False, False)
        assert all(len(row) == len(table.columns) for row in table.rows)


def test_ranges() -> None:
    assert {table.id for table in form_tables(YEAR, viewer=Range.PUBLIC)} == {1, 12, 14, 16, 18}
    own = form_tables(YEAR, viewer=Range.UNIT, unit="jia")
    assert {table.id for table in own} == {1, 2, 3, 5, 6, 7, 10, 11, 12, 13}
    texts = {cell.text for table in own if table.id not in (12,) for row in table.body for cell in row}
    assert not {"乙镇", "丙镇"} & texts
    for numbers, viewer, unit, value in (
        ([11], Range.PUBLIC, "", "F11"),
        ([19], Range.OFFICE, "", "F19"),
        ([], Range.UNIT, "甲", "甲"),
    ):
        with pytest.raises(UsageError) as error:
            form_tables(YEAR, numbers, viewer=viewer, unit=unit)
        assert error.value.problems[0].value == value


def test_no_name_in_public() -> None:
    assert list(public_faults(YEAR)) == []
    named = replace(
        YEAR, minutes=(), indicators=tuple(item._replace(scoring_rule="由王主任审定") for item in YEAR.indicators)
    )
    assert list(public_faults(named)) == [("F1", "王主任")]


def test_forms_before_there_is_a_scheme_or_a_result() -> None:
    early = replace(YEAR, scheme=None)
    assert {table.id for table in form_tables(early, [1, 2, 3, 4, 15, 17, 18])} == {1, 2, 3, 4, 15, 17, 18}
    with pytest.raises(LedgerError) as error:
        form_tables(early, [11])
    assert error.value.problems[0].code == "eval-no-scheme"
    with pytest.raises(LedgerError) as error:
        form_tables(replace(YEAR, ballots=()), [12])
    assert error.value.problems[0].code == "eval-missing-component"


def test_goals_without_words() -> None:
    bare = EvaluationYear(
        2017,
        goal_indicators=(
            r.GoalIndicator("P9", "产出", "", "数", ">=", Decimal(90), Decimal(1), source=place("goals", 1)),
        ),
    )
    assert printed(14, bare) == ["项目|内容", "项目名称|P9", "资金总额（万元）|", "产出·数|≥1"]


def test_matrices() -> None:
    assert ["|".join(row) for row in score_matrix(YEAR).plain_rows()] == [
        "单位|1.1 投资|1.2 就业|1.3 能耗|2.1 标杆工作|2.2 效能",
        "丙镇|24.00|14.00|5.00|14.00|15.00",
        "甲镇|28.50|20.00|10.00|18.00|17.00",
        "乙镇|27.00|14.00|8.00|17.00|16.00",
    ]
    assert ["|".join(row) for row in review_matrix(YEAR).plain_rows()] == [
        "单位|机关干部|服务对象代表",
        "丙镇|85.29|85.29",
        "甲镇|88.82|88.82",
        "乙镇|87.06|87.06",
    ]
