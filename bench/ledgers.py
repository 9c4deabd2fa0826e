"""Ledgers to measure with, made by chance from a fixed seed: budgets of any length, an evaluation year of any size."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

SETTINGS = 'schema_version = 1\ndepartment = "某县{name}局"\nlevel = "单位"\nnature = "行政"\ntable_set = "shanghai"\n'
GROUPS = ("党代表", "人大代表", "政协委员", "劳动模范", "企业代表", "机关干部", "服务对象代表")


def budget(root: Path, lines: int, name: str = "财政", seed: int = 7) -> Path:
    """Write a ledger of one unit: `lines` basic lines over the subjects of 2025, income to match."""
    from kpi_cli import resources
    from kpi_cli.model.subjects import bundled_subjects

    subjects = [s for s in bundled_subjects(resources.templates() / "subjects") if s.is_valid_in(2025)]
    functions = [s.code for s in subjects if s.kind == "function" and len(s.code) == 7][:: 1 if lines > 100 else 40]
    economics = [s.code for s in subjects if s.kind == "economic" and len(s.code) == 5 and s.code[:3] in ("301", "302")]
    chance = random.Random(seed)
    texts, incomes = [], []
    for _ in range(lines):
        function, amount = chance.choice(functions), chance.randrange(1, 10**9)
        texts.append(
            f'[[line]]\nfunction_code = "{function}"\neconomic_code = "{chance.choice(economics)}"\n'
            f'expenditure_type = "基本支出"\nfund_source = "一般公共预算"\namount = {amount / 100:.2f}\n'
        )
        incomes.append(
            f'[[income]]\nfund_source = "一般公共预算"\nfunction_code = "{function}"\namount = {amount / 100:.2f}\n'
        )
    (root / "2025").mkdir(parents=True)
    (root / "kpi.toml").write_text(SETTINGS.format(name=name), "utf-8")
    (root / "2025" / "lines.toml").write_text("\n".join(texts), "utf-8")
    (root / "2025" / "incomes.toml").write_text("\n".join(incomes), "utf-8")
    return root


def departments(root: Path, count: int) -> Path:
    """Write a folder of small ledgers, all different."""
    for number in range(count):
        budget(root / f"{number:04}", 60, f"第{number}", number)
    return root


def evaluation(root: Path, units: int = 67, leaves: int = 120) -> Path:
    """Write an evaluation year: leaves by six methods, four reports each, ballots of 7 groups in 2 stages, ratings."""
    chance = random.Random(3)
    folder = root / "2017/evaluation"
    folder.mkdir(parents=True)
    (root / "kpi.toml").write_text(SETTINGS.format(name="绩效"), "utf-8")
    names = [f"u{n:02}" for n in range(units)]
    methods = (
        "ratio",
        "efficacy",
        "best_ratio",
        'rank_table"\nparams = { table = ["1", "0.9"], step = "0.01" } # "',
        'count_deduct"\nparams = { per_case = "0.01" } # "',
        'step_deduct"\nparams = { per_step = "0.05", step_mode = "floor" } # "',
    )
    points = [f"{100 / leaves:.4f}"] * (leaves - 1)
    points.append(f"{100 - sum(map(float, points)):.4f}")
    files = {
        "units": [f'[[unit]]\nevaluated_unit = "{u}"\nname = "{u}局"\ncategory = "区直部门"\n' for u in names],
        "indicators": [
            f'[[indicator]]\nindicator = "{n}"\nname = "指标{n}"\npoints = {p}\nmethod = "{methods[n % 6]}"\n'
            for n, p in enumerate(points)
        ],
        "assignments": [
            f'[[assignment]]\nindicator = "{n}"\nevaluated_unit = "{u}"\ntarget = 100\n'
            for n in range(leaves)
            for u in names
        ],
        "results": [
            f'[[result]]\nindicator = "{n}"\nevaluated_unit = "{u}"\nactual = {chance.randrange(600, 1100) / 10}\n'
            for n in range(leaves)
            for u in names
        ],
        "progress": [
            f'[[progress]]\nindicator = "{n}"\nevaluated_unit = "{u}"\nperiod = "2017Q{q}"\n'
            f"cumulative_actual = {chance.randrange(200, 300) * q / 10}\nplanned_rate = {25 * q}\n"
            for q in (1, 2, 3, 4)
            for n in range(leaves)
            for u in names
        ],
        "ballots": [
            f'[[ballot]]\nround = "年终"\nstage = "{stage}"\ngroup = "{group}"\nevaluated_unit = "{u}"\nissued = 20\n'
            f'returned = 20\ninvalid = 0\ncounts = {{ "满意" = {20 - k}, "基本满意" = {k} }}\n'
            for u in names
            for stage in ("小组评议", "集中评议")
            for group in GROUPS
            for k in [chance.randrange(8)]
        ],
        "leader_ratings": [
            f'[[leader_rating]]\nleader_no = "L{n}"\ntier = "主要领导"\nevaluated_unit = "{u}"\n'
            f"score = {chance.randrange(75, 99)}\n"
            for u in names
            for n in range(5)
        ],
    }  # fmt: skip
    for name, records in files.items():
        (folder / f"{name}.toml").write_text("\n".join(records), "utf-8")
    weights = "".join(
        f'"{group}" = {weight}\n' for group, weight in zip(GROUPS, (15, 20, 15, 5, 15, 10, 20), strict=True)
    )
    (folder / "scheme.toml").write_text(
        '[scheme]\n[scheme.weights."区直部门"]\nindicator_score = 60\npublic_review = 20\nleader_rating = 20\n'
        '[scheme.options."满意"]\npoints = 100\n[scheme.options."基本满意"]\npoints = 70\n'
        f'[scheme.stage_weights]\n"小组评议" = 40\n"集中评议" = 60\n[scheme.group_weights."区直部门"]\n{weights}',
        "utf-8",
    )
    return root
