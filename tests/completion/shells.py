"""The shells under test: asked directly for what they would offer, and typed at in a terminal (tmux)."""

from __future__ import annotations

import contextlib
import itertools
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tests.office import program

if TYPE_CHECKING:
    from collections.abc import Callable

SHELLS = ("bash", "zsh", "fish")
KPI = Path(sys.executable).with_name("kpi")
_NUMBERS = itertools.count()
PATIENCE = 20
"""Seconds until a shell must have answered."""

STUB = """#!/bin/sh
# Stands for kpi: answers a TAB as kpi does, and notes the words of any other call.
[ "$1" = --complete ] && {{ echo "$2" >> "$HOME/asked"; exec {kpi} "$@"; }}
for word in "$@"; do printf '%s\\n' "$word"; done > "$HOME/noted"
mv "$HOME/noted" "$HOME/called"
"""

BASH = """
. "$1"
shown=()
compopt() { shown+=("<$2>"); }
COMP_LINE=$2 COMP_POINT=${#2} COMP_TYPE=$3
shift 3
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
word=${COMP_WORDS[COMP_CWORD]}
[[ $word == [=:] ]] && word=
_kpi kpi "$word" "${COMP_WORDS[COMP_CWORD - 1]}"
printf '%s\\n' "${shown[@]}" "${COMPREPLY[@]}"
"""
"""Calls the function as bash does when TAB is pressed; compopt works only inside of a real TAB."""

ZSH = """
compdef() { }
typeset -A compstate
. $1
compset() { PREFIX=${PREFIX#*=} }
_path_files() { print -r -- "<folder>" }
_files() { print -r -- "<${1:-file}>" }
_describe() { # as zsh does, offer only what begins with the word, unless -U says that it replaces the word
  local name=$3; local -a all=("${(@P)name}")
  [[ "${@[4,-1]}" == *-U* ]] || all=("${(@M)all:#${(b)PREFIX}*}")
  print -rl -- $all
}
words=("${@[2,-1]}") CURRENT=$(($# - 1)) PREFIX=$@[-1]
_kpi
"""


@dataclass(frozen=True)
class Shell:
    """A shell in a home of its own, with the completion script loaded.

    Attributes:
      name: One of SHELLS.
      script: The script under test.
      home: Folder that is HOME; holds `bin/kpi`, and `called` after a call.
      folder: Where the shell stands.
    """

    name: str
    script: Path
    home: Path
    folder: Path

    @property
    def environment(self) -> dict[str, str]:
        """A small environment."""
        path = f"{self.home / 'bin'}:{os.environ['PATH']}"
        return {"PATH": path, "HOME": str(self.home), "LC_ALL": "C.UTF-8", "TERM": "xterm-256color"}

    def prepare(self) -> Shell:
        """Make the home."""
        stub = self.home / "bin" / "kpi"
        stub.parent.mkdir(parents=True)
        stub.write_text(STUB.format(kpi=KPI))
        stub.chmod(0o755)
        return self

    def offers(self, line: str, **environment: str) -> list[str]:
        """Ask what is offered at the end of a line; its words are cut at spaces. `<…>` is left to the shell itself."""
        words = line.split(" ")
        if self.name == "bash":
            cut = [part for word in words for part in _cut_as_bash(word)]
            command = ["bash", "--norc", "-c", BASH, "-", str(self.script), line, "37", *cut]
        elif self.name == "zsh":
            command = ["zsh", "-f", "-c", ZSH, "-", str(self.script), *words]
        else:
            command = ["fish", "-N", "-c", f"source {self.script}; complete -C $argv[1]", "--", line]
        done = subprocess.run(
            command, env=self.environment | environment, cwd=self.folder,
            capture_output=True, encoding="utf-8", check=False, timeout=PATIENCE,
        )  # fmt: skip
        assert done.stderr == ""
        return [text for text in done.stdout.split("\n") if text]


def _cut_as_bash(word: str) -> list[str]:
    """Cut a word as COMP_WORDS is cut: `--a=b` → `--a`, `=`, `b`."""
    name, equals, value = word.partition("=")
    return [name, *filter(None, (equals, value))]


class Terminal:
    """A shell in a terminal, to type at and to look at."""

    def __init__(self, shell: Shell, rows: int = 50, columns: int = 110) -> None:
        """Open a terminal with the shell in it, its completion loaded."""
        start = {
            "bash": "bash --noprofile --norc -i",
            "zsh": "zsh -f -i",
            "fish": "fish -N -i",
        }[shell.name]
        load = {
            "bash": f". {shell.script}; PS1='ready> '",
            "zsh": f"autoload -Uz compinit; compinit -u -D; . {shell.script}; PS1='ready> '",
            "fish": f"source {shell.script}; function fish_prompt; echo 'ready> '; end",
        }[shell.name]
        self.shell = shell.name
        self._shell = shell
        self._tmux = [
            program("tmux", "tmux"),
            "-u",
            "-L",
            f"kpi-{os.getpid()}-{shell.name}-{next(_NUMBERS)}",
            "-f",
            "/dev/null",
        ]
        self._run("new-session", "-d", "-x", str(columns), "-y", str(rows), "-c", str(shell.folder), start)
        self.type(f"{load}; clear")
        self.press("Enter")
        self.wait(lambda screen: screen.strip() == "ready>")

    def _run(self, *arguments: str) -> str:
        done = subprocess.run(
            [*self._tmux, *arguments],
            env=self._shell.environment, capture_output=True, encoding="utf-8", check=True, timeout=PATIENCE,
        )  # fmt: skip
        return done.stdout

    def type(self, text: str) -> None:
        """Type text."""
        self._run("send-keys", "-l", "--", text)

    def press(self, *keys: str) -> None:
        """Press keys by name."""
        self._run("send-keys", *keys)

    @property
    def screen(self) -> str:
        """What is on the screen."""
        return self._run("capture-pane", "-p")

    def wait(self, is_there: Callable[[str], bool], seconds: float = PATIENCE) -> str:
        """Wait until the screen shows something, and return it."""
        end = time.monotonic() + seconds
        while not is_there(screen := self.screen):
            assert time.monotonic() < end, screen
            time.sleep(0.02)
        return screen

    def call(self, line: str) -> list[str]:
        """Type a line, press TAB and Enter, and return the words that kpi was called with."""
        called = self._shell.home / "called"
        called.unlink(missing_ok=True)
        self.type(line)
        self.press("Tab")
        self.press("Enter")
        end = time.monotonic() + PATIENCE
        while not called.exists():
            assert time.monotonic() < end, self.screen
            time.sleep(0.02)
        return called.read_text("utf-8").split("\n")[:-1]

    def press_until(self, key: str, is_there: Callable[[str], bool]) -> str:
        """Press a key, a few times if need be, until the screen shows something, and return it."""
        for _ in range(4):
            self.press(key)
            with contextlib.suppress(AssertionError):
                return self.wait(is_there, 3)
        return self.wait(is_there)

    def close(self) -> None:
        """End the terminal."""
        self._run("kill-server")
