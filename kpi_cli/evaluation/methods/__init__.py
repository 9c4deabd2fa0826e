"""The scoring methods: pure functions, registered by family and name when their module is imported."""

from kpi_cli.evaluation.methods import leader, points, project, qualitative, relative, review, steps, target
from kpi_cli.evaluation.methods.method import METHODS, find, name_of, names, register

__all__ = [
    "METHODS",
    "find",
    "leader",
    "name_of",
    "names",
    "points",
    "project",
    "qualitative",
    "register",
    "relative",
    "review",
    "steps",
    "target",
]
