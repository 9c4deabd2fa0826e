"""The sandbox that templates run in: no way out of it, and no more work or text than a document has.

Jinja2's own sandbox refuses attributes that lead to Python. A template that came with somebody's ledger could still
take all time and memory, with loops in loops or a text doubled forty times: loops, macros, calls and texts are paid
from a budget, and there is no way to make text or numbers grow beside it.
"""

from __future__ import annotations

import types
from decimal import Decimal
from functools import wraps
from typing import TYPE_CHECKING, Any

from jinja2 import TemplateRuntimeError, nodes
from jinja2.exceptions import SecurityError
from jinja2.runtime import StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.visitor import NodeTransformer

from kpi_cli.narrative.pieces import Words

if TYPE_CHECKING:
    from collections.abc import Callable

BUDGET = 30_000_000
"""What one rendering may cost: one a character, a loop's turn or a call WORK."""
WORK = 100
TEXT = 100_000
"""Characters that one text may have which a template puts together."""
NUMBER = 10**12
_BUILTIN = (
    types.BuiltinMethodType,
    types.MethodWrapperType,
    types.MethodDescriptorType,
    types.ClassMethodDescriptorType,
)
_Number = (int, float, Decimal)


class Sandbox(ImmutableSandboxedEnvironment):
    """An environment whose renderings are paid from a budget.

    Attributes:
      left: What is left of it; `render` starts with BUDGET.
    """

    intercepted_binops = frozenset(("+", "-", "*", "/", "//", "%", "**"))
    left = BUDGET

    def pay(self, characters: int = 0) -> bool:
        """Take the cost of a turn, a call, or a text from the budget.

        Raises:
          TemplateRuntimeError: Nothing is left.
        """
        self.left -= WORK + characters
        if self.left < 0:
            raise TemplateRuntimeError("循环太多或文字太长")
        return True

    def joined(self, *parts: Any) -> str:
        """Put texts together, for `~` and `+`."""
        if not all(isinstance(part, (str, Words, StrictUndefined, *_Number)) for part in parts):
            raise TemplateRuntimeError("只能连接文字")
        text = "".join(map(str, parts))
        self.pay(len(text))
        if len(text) > TEXT:
            raise TemplateRuntimeError(f"连接出的文字超过 {TEXT} 字")
        return text

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        """Compute with small numbers, and put two texts together; nothing else can be made larger."""
        if isinstance(left, _Number) and isinstance(right, _Number) and operator != "**":
            found = super().call_binop(context, operator, left, right)
            if abs(found) < NUMBER:
                return found
        elif operator == "+" and isinstance(left, str) and isinstance(right, str):
            return self.joined(left, right)
        raise TemplateRuntimeError(f"这里不能用 {operator} 运算")

    def call(self, context: Any, function: Any, *args: Any, **kwargs: Any) -> Any:
        """Call a function or a macro, which costs."""
        self.pay()
        if not self.is_safe_callable(function):
            raise SecurityError
        return super().call(context, function, *args, **kwargs)

    def is_safe_callable(self, obj: Any) -> bool:
        """Refuse the methods of texts and lists: `center` alone could fill the memory."""
        return not isinstance(obj, _BUILTIN) and super().is_safe_callable(obj)

    def wrap_str_format(self, value: Any) -> None:
        """Leave `format` the method of a text that it is, and so refused: its widths know no limit."""

    def paid(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """Make a filter cost what it goes through."""

        @wraps(function)  # keeps the marks by which Jinja2 knows what to hand over
        def call(*args: Any, **kwargs: Any) -> Any:
            self.pay(10 * max((len(each) for each in args if isinstance(each, (list, tuple, dict, str))), default=0))
            return function(*args, **kwargs)

        return call


def _method(name: str, *args: nodes.Expr) -> nodes.Call:
    return nodes.Call(nodes.EnvironmentAttribute(name), list(args), [], None, None)


def _toll(node: nodes.Node) -> nodes.Call:
    """Make the call that pays for a body: a turn, and the characters that stand in it."""
    return _method("pay", nodes.Const(sum(len(data.data) for data in node.find_all(nodes.TemplateData))))


class Metered(NodeTransformer):
    """Puts tolls into a template's tree: every loop, macro and template pays when it runs, `~` when it joins."""

    def _body(self, node: Any) -> Any:
        toll = nodes.ExprStmt(_toll(node)).set_lineno(node.lineno)
        self.generic_visit(node)
        node.body.insert(0, toll)
        return node

    visit_Template = visit_Macro = visit_CallBlock = visit_Block = _body  # noqa: N815 - Jinja2 finds them by name

    def visit_For(self, node: nodes.For) -> nodes.For:  # noqa: N802
        """Pay for turns, those too that a condition leaves out."""
        if node.test is not None:
            node.test = nodes.And(_method("pay"), node.test).set_lineno(node.lineno)
        made: nodes.For = self._body(node)
        return made

    def visit_Concat(self, node: nodes.Concat) -> nodes.Call:  # noqa: N802
        """Join within limits."""
        self.generic_visit(node)
        call = _method("joined", *node.nodes)
        call.set_lineno(node.lineno)
        return call
