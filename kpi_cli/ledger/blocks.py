"""The text of a ledger file as blocks: one `[[line]]` with its keys each; comments and order survive every edit.

A file is edited by splicing the block that changes. Only that block is parsed, whatever the size of the file.
Files that keep their records in another valid way (an inline array) are edited as a whole by tomlkit.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from kpi_cli.toml_source import token_headers

if TYPE_CHECKING:
    from kpi_cli.model.fields import RecordKind


@dataclass(frozen=True, slots=True)
class Block:
    """Where one record's text lies.

    Attributes:
      start: Offset of its header.
      end: Offset behind its last line; blank lines and comments above the next header belong to that one.
      ref: `N@HASH`: its position, and a short hash of its text that tells whether it is still the same.
    """

    start: int
    end: int
    ref: str


def find_blocks(text: str, name: str) -> list[Block]:
    """Return the `[[name]]` blocks of a file, in order; empty where records are written in another way."""
    headers = _headers(text)
    blocks: list[Block] = []
    for i, (start, header) in enumerate(headers):
        if re.sub(r"[\s\"']", "", header) == f"[[{name}]]":
            following = headers[i + 1][0] if i + 1 < len(headers) else len(text)
            end = _content_end(text, start, following)
            blocks.append(Block(start, end, f"{len(blocks) + 1}@{_digest(text[start:end])}"))
    return blocks


def _headers(text: str) -> list[tuple[int, str]]:
    if '"""' in text or "'''" in text or re.search(r"=[ \t]*\[", text):  # strings and arrays may span lines
        return token_headers(text)
    pattern = re.compile(r"^[ \t]*(\[\[?[^\[\]\n{}=,]+\]\]?)[ \t\r]*(?:#[^\n]*)?$", re.MULTILINE)
    return [(m.start(), m[1]) for m in pattern.finditer(text)]


def _content_end(text: str, start: int, end: int) -> int:
    """Step back over the blank lines and comments that stand above the next header."""
    lines = text[start:end].split("\n")  # not splitlines: U+2028 and the like may stand in a string
    last = len(lines)
    while last > 1 and (not lines[last - 1].strip() or lines[last - 1].lstrip().startswith("#")):
        last -= 1
    return min(end, start + sum(len(line) + 1 for line in lines[:last]))


def _digest(text: str) -> str:
    return hashlib.blake2b(text.strip().encode(), digest_size=4).hexdigest()


def record_text(kind: RecordKind, values: Mapping[str, Any]) -> str:
    """Write one record in the canonical form: keys in the order of its fields, one a line.

    Args:
      kind: The kind of record.
      values: Canonical values as given by the user; keys that are missing are not written.
    """
    lines = [f"[[{kind.name}]]"]
    lines += [
        f"{field.name} = {literal(field.write(values[field.name]))}" for field in kind.fields if field.name in values
    ]
    return "\n".join(lines) + "\n"


def literal(value: Any) -> str:
    """Write a value as TOML; numbers keep the decimals that they were given with."""
    if isinstance(value, tuple):  # an amount in 万元 with its printed places
        yuan, places = value
        return f"{yuan / 10000:.{places}f}"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return f"[{', '.join(map(literal, value))}]"
    if isinstance(value, Mapping):
        return f"{{ {', '.join(f'{literal(str(key))} = {literal(each)}' for key, each in value.items())} }}"
    if isinstance(value, (int, Decimal)):
        return f"{value:f}" if isinstance(value, Decimal) else str(value)
    escaped = "".join(_ESCAPES.get(c, c if c.isprintable() or c > "\x9f" else f"\\u{ord(c):04X}") for c in str(value))
    return f'"{escaped}"'


_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}


def append(text: str, kind: RecordKind, blocks: list[str]) -> str:
    """Put new blocks at the end of a file, a blank line between them.

    Costs the same whatever the size of the file, unless its records are written as an inline array.
    """
    if _may_be_inline(text, kind.name) and not find_blocks(text, kind.name):
        text = as_blocks(text, kind)
    gap = "" if not text else "\n" if text.endswith("\n") else "\n\n"
    return text + gap + "\n".join(blocks)


def _may_be_inline(text: str, name: str) -> bool:
    """Tell whether records may stand in an inline array; a file with a block of them, as ours begin, has none."""
    block = re.search(rf"^\[\[{name}\]\]", text, re.MULTILINE)
    if block and not re.search("\"{3}|'{3}", text[: block.start()]):
        return False
    return re.search(rf"^[ \t]*[\"']?{name}[\"']?[ \t]*=", text, re.MULTILINE) is not None


def as_blocks(text: str, kind: RecordKind) -> str:
    """Rewrite an inline array of records as blocks, since TOML lets nothing be appended to it."""
    import tomlkit

    document = tomlkit.parse(text)
    if kind.name not in document:
        return text
    if not document[kind.name]:
        del document[kind.name]
        return tomlkit.dumps(document)
    tables = tomlkit.aot()
    for item in document[kind.name]:
        table = tomlkit.table()
        for key, value in item.items():
            table.add(key, value)
        tables.append(table)
    document[kind.name] = tables
    return tomlkit.dumps(document)


def change(text: str, kind: RecordKind, block: Block, values: Mapping[str, Any]) -> str:
    """Give one record new values; everything else of the file stays as it is.

    Args:
      text: The file.
      kind: The kind of record.
      block: The record's place in `text`.
      values: New canonical values; None removes the key.
    """
    import tomlkit

    document = tomlkit.parse(text[block.start : block.end])
    table = document[kind.name][0]
    for name, value in values.items():
        if value is None:
            table.pop(name, None)
        else:
            table[name] = tomlkit.parse(f"x = {literal(kind.by_name[name].write(value))}")["x"]
    own = tomlkit.dumps(document)  # ends without a line end where a key was added last
    return text[: block.start] + own + ("" if own.endswith("\n") else "\n") + text[block.end :]


def remove(text: str, block: Block) -> str:
    """Take one record out, with the blank lines that followed it."""
    return text[: block.start] + re.sub(r"\A(?:\r?\n)+", "", text[block.end :])
