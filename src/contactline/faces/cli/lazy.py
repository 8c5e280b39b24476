"""A group of commands of which only names and one line each are known until one is called.

The modules behind commands load models, tables and charts, which takes seconds; a list of commands needs none of it.
"""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from importlib import import_module
from typing import Any, NamedTuple

import typer
from typer.core import TyperCommand, TyperGroup

from contactline.core.stops import ReaderGone, closed
from contactline.faces.cli.base import App


class Place(NamedTuple):
    """Where a command lives: module and name of its function, or of the Typer application of a group; and its line."""

    module: str
    name: str
    line: str


class Commands(MutableMapping[str, Any]):
    """Name → command, made when it is asked for; listing names loads nothing."""

    def __init__(self, places: dict[str, Place]) -> None:
        self.places = places
        self.made: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        if name not in self.made:
            if name not in self.places:
                raise KeyError(name)
            self.made[name] = _loaded(name, self.places[name])
        return self.made[name]

    def __setitem__(self, name: str, command: Any) -> None:
        self.made[name] = command

    def __delitem__(self, name: str) -> None:
        self.made.pop(name, None)
        self.places.pop(name, None)

    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys((*self.places, *self.made)))

    def __len__(self) -> int:
        return len({*self.places, *self.made})


def _loaded(name: str, place: Place) -> Any:
    found = getattr(import_module(place.module), place.name)
    if isinstance(found, typer.Typer):
        group = typer.main.get_command(found)
        group.name = name
        return group
    alone = App(add_completion=False)
    alone.command(name)(found)
    return typer.main.get_command(alone)


def lazy_group(places: dict[str, Place]) -> type[TyperGroup]:
    """The class of a group with these commands, and any that are registered on it."""

    class Group(TyperGroup):
        """Lists its commands without loading them, and lets a closed pipe through to `main` instead of exit code 1."""

        def __init__(self, **given: Any) -> None:
            super().__init__(**given)
            own = self.commands
            self.commands = Commands(dict(places))
            self.commands.update(own)
            self.telling = False

        def list_commands(self, ctx: Any) -> list[str]:
            """Names in their order, without loading anything."""
            return list(self.commands)

        def get_command(self, ctx: Any, cmd_name: str) -> Any:
            """The command; while help is printed, one that holds no more than its line."""
            if self.telling and cmd_name in places:
                return TyperCommand(cmd_name, help=places[cmd_name].line)
            return super().get_command(ctx, cmd_name)

        def format_help(self, ctx: Any, formatter: Any) -> None:
            """Print the help."""
            self.telling = True
            try:
                super().format_help(ctx, formatter)
            finally:
                self.telling = False

        def make_context(self, *args: Any, **more: Any) -> Any:
            """Parse the command line; `--help` prints here."""
            with _pipe():
                return super().make_context(*args, **more)

        def invoke(self, ctx: Any) -> Any:
            """Run the subcommand."""
            with _pipe():
                return super().invoke(ctx)

    return Group


@contextmanager
def _pipe() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if closed(error):
            raise ReaderGone from None
        raise
