"""`lenetpad completion`: scripts by which shells complete commands, options and names of files.

shtab makes them from the parser. The bundle and the Debian package bring them already made
(packaging/make_share.py): a shell that completes starts no Python.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from lenetpad.cli.arguments import DEVICES, Command, argument
from lenetpad.values.models import SHIPPED_NAMES

SHELLS: Final = ("bash", "zsh", "fish")

#: What completes a MODEL.
_MODEL: Final = "_lenetpad_model"
_NAMES: Final = " ".join(SHIPPED_NAMES)
#: The names of files, as each shell completes them itself, for it knows how to quote them. bash
#: does it where a script has nothing to offer.
_FILES: Final = {
    "bash": "",
    "zsh": "_files",
    "fish": "(_lenetpad_files)",
    "preamble": {
        "fish": """
function _lenetpad_files
  complete -C "__fish_command_without_completions "(commandline -ct)
end
"""
    },
}
#: What completes an argument, as shtab takes it, by what its value is called.
_COMPLETERS: Final[Mapping[str, Mapping[str, Any]]] = MappingProxyType(
    {
        "FILE": _FILES,
        "DIR": {
            "bash": "_shtab_compgen_dirs",
            "zsh": "_files -/",
            "fish": "(__fish_complete_directories)",
        },
        "MODEL": {
            "bash": _MODEL,
            "zsh": _MODEL,
            "fish": f"({_MODEL})",
            "preamble": {
                "bash": f"{_MODEL}() {{ compgen -W '{_NAMES}' -- \"$1\"; }}",
                "zsh": f"""
{_MODEL}() {{
  _alternative 'models:shipped weights:({_NAMES})' 'files:weights file:_files'
}}
""",
                "fish": f"""
function {_MODEL}
  printf '%s\\n' {_NAMES}
  _lenetpad_files
end
""",
            },
        },
    }
)
#: The same where names are all.
_WORDS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {"RECIPE": SHIPPED_NAMES, "DEVICE": DEVICES}
)
#: In place of a command stands a file too: what is put before the script's own commands, and what
#: behind them.
_BEFORE: Final = {
    "zsh": """
functions -c _shtab_lenetpad_commands _lenetpad_commands
_shtab_lenetpad_commands() {
  _lenetpad_commands "$@" || _files "$@"
}
"""
}
_BEHIND: Final = {
    "bash": "complete -o bashdefault -o default -F _shtab_lenetpad lenetpad\n",
    "fish": "complete -c lenetpad -F "
    "-n '_shtab_lenetpad_using; and test $_shtab_lenetpad_npos -eq 0'\n",
}


def script(shell: str) -> str:
    """The script for one of ``SHELLS``."""
    import shtab

    from lenetpad.cli.parser import build_parser  # which knows this command too

    parser = build_parser()
    for action in _arguments(parser):
        kind = str(action.metavar)
        if kind in _COMPLETERS:
            action.complete = _COMPLETERS[kind]  # type: ignore[attr-defined]  # shtab looks there
        elif kind in _WORDS:
            action.choices = _WORDS[kind]
    made = shtab.complete(parser, shell, preamble=_BEFORE.get(shell, ""))
    return f"{made}\n{_BEHIND.get(shell, '')}"


def _arguments(parser: argparse.ArgumentParser) -> list[argparse.Action]:
    """The arguments of every command."""
    [commands] = [
        action for action in parser._actions if isinstance(action, argparse._SubParsersAction)
    ]
    return [action for command in commands.choices.values() for action in command._actions]


def completion(arguments: argparse.Namespace) -> int:
    """Print the script for a shell."""
    print(script(arguments.shell), end="")
    return 0


COMMANDS: Final = (
    Command(
        "completion",
        "print a script by which a shell completes commands, options and files",
        (argument("shell", choices=SHELLS, metavar="SHELL", help="bash, zsh or fish"),),
        completion,
        (
            "lenetpad completion bash >~/.local/share/bash-completion/completions/lenetpad",
            "lenetpad completion zsh >~/.zfunc/_lenetpad",
            "lenetpad completion fish >~/.config/fish/completions/lenetpad.fish",
        ),
        "install.sh and the Debian package bring these scripts with them. The folders must exist, "
        "and the one for zsh must be in fpath before compinit runs (fpath+=~/.zfunc).",
    ),
)
