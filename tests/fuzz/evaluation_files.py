"""The files of an evaluation year."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from kpi_cli.evaluation.final import compute_final
from kpi_cli.evaluation.kinds import KINDS
from kpi_cli.ledger import evaluation as ev
from kpi_cli.ledger.edit import faults_explained
from kpi_cli.ledger.reader import open_ledger, read_records
from kpi_cli.ledger.report import Report
from kpi_cli.ledger.scheme_file import moved_scheme, read_scheme
from tests.fuzz.reader import DEMO, ledger, small

if TYPE_CHECKING:
    from collections.abc import Callable

    Read = Callable[[bytes], object]

EVALUATION = {
    "2017/evaluation/scheme.toml": "".join(
        f'[scheme.options."{name}"]\npoints = 9\n' for name in ("满意", "基本满意", "不满意", "不了解")
    ).encode(),
    "2017/evaluation/units.toml": "".join(
        f'[[unit]]\nevaluated_unit = "{id_}"\nname = "{name}"\ncategory = "乡镇"\n'
        for id_, name in (("ding", "丁"), ("a", "丙街道"))
    ).encode(),
    "2017/evaluation/minutes.toml": b"",
}


def evaluation_ledger(folder: Path) -> Path:
    root = ledger(folder, {"kpi.toml": small()["kpi.toml"]})
    shutil.copytree(DEMO / "evaluation", root / "2017/evaluation")
    return root


def evaluation_records(folder: Path) -> Read:
    """Read one of the files of records: the first word in brackets says which."""
    root = ledger(folder, {"kpi.toml": small()["kpi.toml"], "2017/evaluation/units.toml": b""})
    kinds = {f"[[{kind.name}]]".encode(): kind for kind in KINDS.values()}

    def read(raw: bytes) -> None:
        kind = next((kind for word, kind in kinds.items() if word in raw), KINDS["units"])
        (root / "2017" / kind.file).write_bytes(raw)
        report = Report()
        read_records(root, 2017, kind, report)
        report.raise_errors()

    return read


def scheme(folder: Path) -> Read:
    """Read a scheme; then move it to the next year."""
    root = evaluation_ledger(folder)

    def read(raw: bytes) -> None:
        (root / "2017/evaluation/scheme.toml").write_bytes(raw)
        report = Report()
        read_scheme(root, 2017, report)
        report.raise_errors()
        with faults_explained(raw, "scheme.toml"):
            moved_scheme(raw.decode("utf-8-sig"), 2017, 2018)

    return read


def scored(folder: Path, file: str) -> Read:
    """Read an evaluation with one file changed; then compute the year."""
    root = evaluation_ledger(folder)
    own = open_ledger(root)

    def read(raw: bytes) -> None:
        (root / "2017/evaluation" / file).write_bytes(raw)
        compute_final(ev.read_evaluation(own, 2017, without=("progress",)))

    return read


def archive(folder: Path) -> Read:
    root = ledger(folder, {"kpi.toml": small()["kpi.toml"], **EVALUATION})
    own = open_ledger(root)

    def read(raw: bytes) -> None:
        (root / "2017/evaluation/archive.toml").write_bytes(raw)
        ev.read_evaluation(own, 2017, without=KINDS.keys() - {"minutes"})

    return read


EVALUATION_CSV = {
    "results": "指标,考评对象,实际值,自评分,缺项处理,理由\n1,ding,2.5,9,,\n1,a,,,零分,“无”\n",
    "indicators": '指标,上级指标,名称,分值,方法,参数\n9,,甲,10,,\n9.1,9,乙,10,ratio,"{""cap"": ""1""}"\n',
    "ballots": "轮次,组别,考评对象,发放,收回,无效,满意,基本满意,不满意,不了解\n年终,党代表,丙街道,9,9,0,9,0,0,0\n",
}


def evaluation_import(folder: Path) -> Read:
    """Import evaluation records: the header says which."""
    root = ledger(folder, {"kpi.toml": small()["kpi.toml"], **EVALUATION})
    own, file = open_ledger(root), folder / "甲.csv"

    def read(raw: bytes) -> None:
        file.write_bytes(raw)
        kind = "ballots" if "轮次".encode() in raw else "indicators" if "分值".encode() in raw else "results"
        ev.import_evaluation(own, 2017, kind, file, dry_run=True)

    return read
