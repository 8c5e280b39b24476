"""The command-line application that every command belongs to: an option that may stand once is not given twice.

Without this the last one wins and the others vanish without a word, such as the first of two proposals.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import typer
from typer.core import TyperCommand, TyperOption

from contactline.core.errors import InputError


class Once(TyperCommand):
    """A command that refuses an option given twice, unless it is one that may be repeated."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Parse the words of a command line. Raises InputError that names the option."""
        _, _, given = self.make_parser(ctx).parse_args(args=list(args))
        for option in given:
            if isinstance(option, TyperOption) and not (option.multiple or option.count):
                times = sum(other is option for other in given)
                if times > 1:
                    raise InputError(
                        f"{max(option.opts, key=len)}: given {times} times; `{ctx.command_path}` takes it once. "
                        "Run the command again for each value."
                    )
        return super().parse_args(ctx, args)


class App(typer.Typer):
    """A Typer application whose commands are of class Once."""

    def command(self, name: str | None = None, **more: Any) -> Callable[[Any], Any]:
        """As Typer's."""
        return super().command(name, cls=Once, **more)
