"""Which package may import which, where something may be printed, where rounding happens: read from the source."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parent.parent / "kpi_cli"
MODULES = sorted(path for path in PACKAGE.rglob("*.py") if "templates" not in path.relative_to(PACKAGE).parts)
LOOSE = {"bounds", "formulas", "money", "problems", "errors", "toml_source", "resources", "disclosure"}

ALLOWED: dict[str, set[str]] = {
    # the bottom: no package
    "money": set(),
    "bounds": set(),
    "formulas": set(),
    "cache": set(),
    "problems": set(),
    "resources": set(),
    "errors": {"problems"},
    "toml_source": {"bounds", "problems"},
    # the flow
    "model": {"money", "problems", "errors"},
    "tables": {"model", "money", "problems", "errors", "toml_source"},
    "narrative": {"bounds", "cache", "model", "tables", "money", "problems", "errors", "resources", "toml_source"},
    "disclosure": {"model", "tables", "narrative"},
    "checks": {"tables", "model", "disclosure", "money", "problems", "errors", "resources", "toml_source"},
    "ledger": {"bounds", "formulas", "evaluation", "model", "errors", "problems", "money", "toml_source", "resources"},
    "rendering": {
        "evaluation",
        "formulas",
        "tables",
        "model",
        "narrative",
        "disclosure",
        "money",
        "problems",
        "checks",
    },
    "plugin": {"cache", "checks", "evaluation", "disclosure", "errors", "problems", "resources"},
    "published": {"assembly", "bounds", "tables", "model", "disclosure", "money", "problems", "errors", "resources"},
    "api": {"checks", "disclosure", "errors", "evaluation", "model", "narrative", "plugin", "problems", "tables"},
    "conformance": {
        *(
            "assembly",
            "checks",
            "disclosure",
            "errors",
            "evaluation",
            "ledger",
            "narrative",
            "plugin",
            "problems",
            "tables",
        ),
    },
    "testing": {"assembly", "conformance", "disclosure", "ledger", "plugin", "tables"},
    "exporters": {
        "bounds",
        "formulas",
        "narrative",
        "plugin",
        "tables",
        "model",
        "disclosure",
        "money",
        "resources",
        "errors",
        "problems",
    },
    "completion": set(),
    "evaluation": {"checks", "model", "money", "errors", "problems", "tables", "resources", "toml_source"},
    # what joins the rest
    "assembly": {"ledger", "tables", "narrative", "model", "disclosure", "money", "problems", "errors", "resources"},
    "batch": {"assembly", "bounds", "checks", "plugin", "errors", "problems"},
    "cli": {
        *("assembly", "batch", "ledger", "tables", "narrative", "checks", "rendering", "plugin", "exporters"),
        *("model", "disclosure", "published", "conformance", "evaluation", "completion"),
        *LOOSE,
    },
    "main": {"cli", "completion"},
    "__main__": {"main"},
}
ONLY_FOR_TYPES = {"rendering": {"ledger"}}
"""What a package may name in annotations, under `if TYPE_CHECKING`, beyond what it may import."""


def own_package(path: Path) -> str:
    """Return the package, or the loose module, that a file belongs to."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports(tree: ast.AST, *, with_types: bool) -> set[str]:
    """Return the parts of kpi_cli that a module imports, anywhere in it."""
    found: set[str] = set()
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test) and not with_types:
            waiting += node.orelse
            continue
        waiting += ast.iter_child_nodes(node)
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            own = [f"{node.module}.{alias.name}" for alias in node.names]
            names = own if node.module == "kpi_cli" else [node.module or ""]
        else:
            continue
        found |= {name.split(".")[1] for name in names if name.startswith("kpi_cli.")}
    return found


def test_every_part_has_a_rule() -> None:
    assert {own_package(path) for path in MODULES} - {"__init__"} == set(ALLOWED)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_a_module_imports_only_what_its_layer_may(path: Path) -> None:
    own, tree = own_package(path), ast.parse(path.read_text(encoding="utf-8"))
    allowed = ALLOWED.get(own, set()) | {own}
    names = {"__version__"}
    assert imports(tree, with_types=False) - names <= allowed
    assert imports(tree, with_types=True) - names <= allowed | ONLY_FOR_TYPES.get(own, set())


def test_the_layers_have_no_circle() -> None:
    order: list[str] = []
    left = dict(ALLOWED)
    while left:
        ready = [name for name, below in left.items() if below <= {*order, name}]
        assert ready, f"a circle among {sorted(left)}"
        order += ready
        for name in ready:
            del left[name]
    assert order.index("model") < order.index("tables") < order.index("checks") < order.index("cli")


def calls(path: Path) -> set[str]:
    """Return what a module calls or names, as far as it is about output or rounding."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Attribute):
            text = ast.unparse(node)
            found |= {text} if text in ("sys.stdout", "sys.stderr") else {f".{node.attr}"}
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            found.add(f"{node.func.id}()")
    return found


def where(*wanted: str) -> set[str]:
    """Return the modules that use one of these."""
    return {path.relative_to(PACKAGE).as_posix() for path in MODULES if calls(path) & set(wanted)}


def test_only_the_terminal_and_the_edge_print() -> None:
    assert where("print()", "sys.stdout", "sys.stderr", "input()") <= {
        "rendering/terminal.py",
        "main.py",
        "cli/edge.py",
        "plugin/guard.py",  # turns the output of plugins away
        "cli/doctor.py",  # asks for the encoding of stdout
    }


def test_folders_are_listed_in_one_place() -> None:
    """`glob` takes a folder that may not be read for an empty one."""
    assert where(".glob") == set()
    assert where(".rglob") == {
        "batch.py",
        "ledger/create.py",
        "plugin/scaffold.py",
    }  # whole trees of our own, or hashed


def test_only_money_rounds() -> None:
    assert where(".quantize", "round()", ".to_integral_value") == {"money.py"}


def test_nothing_reads_the_clock_but_the_ledger_for_its_history() -> None:
    found = where(".now", ".today", ".time", ".monotonic", ".urandom")
    assert {name for name in found if not name.startswith("ledger/")} <= {
        "cli/ledger.py",  # shows the noted time
        "cli/evaluation.py",  # what is late today
        "plugin/host.py",  # what an export left that was killed
    }
