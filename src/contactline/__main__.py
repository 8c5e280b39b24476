"""The entry point: stands ready for interrupts before anything large is imported, then runs the command."""

from __future__ import annotations

import sys

from contactline.core.stops import WORDS, Stopped, stoppable


def main() -> None:
    """Run the command line; an interrupt while it is still loading ends in the same line as one later."""
    try:
        with stoppable():
            from contactline.faces.cli.app import main as command

            command()
    except Stopped as stopped:
        sys.stderr.write(WORDS + "\n")
        sys.exit(stopped.exit_code)


if __name__ == "__main__":
    main()
