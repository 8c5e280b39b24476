"""How a command ends from outside, and where it may write: one line, the exit code that shells expect, no litter."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(os.name == "nt", reason="signals and pipes of POSIX")

PROMISE = "stopped; nothing half-written is left behind."
ESCAPE = "\x1b[31m"


def environment(folder: Path) -> dict[str, str]:
    return os.environ | {"CONTACTLINE_DATA": str(folder / "data"), "COLUMNS": "120"}


def command(*words: str) -> list[str]:
    return [sys.executable, "-m", "contactline", *words]


def test_a_reader_that_goes_away_ends_the_command_quietly(tmp_path: Path) -> None:
    words = " ".join(f"'{word}'" for word in command("sql", "SELECT * FROM range(300000)", "--csv"))
    done = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {words} | head -1"], cwd=tmp_path, env=environment(tmp_path),
        capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr) == (0, "range\n", "")


@pytest.mark.parametrize(
    "words", [["case", "show", "ukraine_2025", "bibliography"], ["deal", "show", "us_28"]]
)
def test_a_table_whose_reader_goes_away_ends_quietly_too(tmp_path: Path, words: list[str]) -> None:
    """Printed by rich, which has an ending of its own for closed pipes: the reader is gone before the first line."""
    script = "import sys, contactline.faces.cli.app as c; sys.stdin.read(1); c.main()"
    with subprocess.Popen(
        [sys.executable, "-c", script, *words], cwd=tmp_path, env=environment(tmp_path), stdin=subprocess.PIPE,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    ) as process:  # fmt: skip
        assert process.stdout and process.stdin and process.stderr
        process.stdout.close()
        process.stdin.write(b"x")
        process.stdin.close()
        assert (process.wait(timeout=120), process.stderr.read()) == (0, b"")


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)], ids=["interrupt", "terminate"]
)
def test_a_stopped_command_says_so_and_cleans_up(tmp_path: Path, number: signal.Signals, code: int) -> None:
    """Stopped while its folder of results is being filled."""
    script = (
        "import sys, time\n"
        "from contactline import __main__\n"
        "from contactline.faces.report import deals_page\n"
        "def slow(*_):\n"
        "    print('writing', flush=True)\n"
        "    time.sleep(60)\n"
        "deals_page.render_deals = slow\n"
        "sys.argv = ['contactline', 'deal', 'compare', '--case', 'borderland', '--out', 'page']\n"
        "__main__.main()\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", script], cwd=tmp_path, env=environment(tmp_path), stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    while "writing" not in process.stdout.readline():
        assert process.poll() is None, process.communicate()[1]
    assert list(tmp_path.glob(".page.*.part"))
    began = time.monotonic()
    process.send_signal(number)
    _, said = process.communicate(timeout=60)
    assert time.monotonic() - began < 30
    assert process.returncode == code and said.strip() == PROMISE
    assert [path.name for path in tmp_path.iterdir() if path.name != "data"] == []


def test_an_interrupt_while_the_command_is_still_loading_gives_the_same_line(tmp_path: Path) -> None:
    process = subprocess.Popen(
        command("assess"), cwd=tmp_path, env=environment(tmp_path), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        text=True,
    )  # fmt: skip
    status = Path(f"/proc/{process.pid}/status")
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and status.is_file():  # until the handler of SIGINT and SIGTERM is set
        caught = next(line for line in status.read_text().splitlines() if line.startswith("SigCgt"))
        if int(caught.split()[1], 16) >> (signal.SIGTERM - 1) & 1:
            break
        time.sleep(0.005)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert (process.returncode, said.strip()) == (130, PROMISE)


def said(
    words: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> tuple[int, str, str]:
    """Exit code, output and errors of a command run in this process."""
    from contactline.faces.cli.app import main

    monkeypatch.setattr(sys, "argv", ["contactline", *words])
    with pytest.raises(SystemExit) as stopped:
        main()
    assert isinstance(stopped.value.code, int)
    return stopped.value.code, *capsys.readouterr()


def test_what_commands_a_terminal_is_shown_on_screen_and_kept_in_data(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CONTACTLINE_DATA", str(tmp_path / "data"))
    query = f"SELECT chr(27) || '[31mred' || chr(10) || chr(8238) AS \"a{ESCAPE}\""
    _, shown, _ = said(["sql", query], monkeypatch, capsys)
    assert "\x1b" not in shown and "\u202e" not in shown
    assert r"\x1b[31mred\n\u202e" in shown and r"a\x1b[31m" in shown
    _, data, _ = said(["sql", query, "--csv"], monkeypatch, capsys)
    assert data == f'a{ESCAPE}\n"{ESCAPE}red\n\u202e"\n'
    _, data, _ = said(["sql", query, "--json"], monkeypatch, capsys)
    assert json.loads(data) == [{f"a{ESCAPE}": f"{ESCAPE}red\n\u202e"}]
    code, _, error = said(["sql", f'SELECT * FROM "{ESCAPE}"'], monkeypatch, capsys)
    assert code == 2 and "\x1b" not in error and r"\x1b[31m" in error


REFUSED = {
    ("assess", "--out", "file"): "--out file: is a file",
    ("assess", "--out", "others"): "holds files, and no run of contactline wrote it",
    ("assess", "--out", "/proc/x"): "--out /proc/x: cannot be written",
    ("assess", "--out", "."): "is the working directory",
    ("assess", "--seed", "-1"): "seed: got -1",
    ("assess", "--seed", str(2**63)): "allowed is a whole number from 0 to 9223372036854775807",
    ("assess", "--draws", "20000000"): "needs about 1,041 GB of memory",
    ("game", "--draws", "20000000"): "needs about 1,041 GB of memory",
    ("game", "--efg", "/proc/x.efg"): "--efg /proc/x.efg: cannot be written",
    ("support", "compare", "--draws", "20000000"): "GB of memory",
    ("positions", "--draws", "20000000"): "needs about 520 GB of memory",
    ("backtest", "--draws", "20000000"): "of memory; the limit is",
    ("backtest", "--workers", "100000"): "allowed is a whole number from 1 to 64",
    ("backtest", "--out", "others"): "no run of contactline wrote it",
    ("backtest", "--what", "losses", "--out", "/proc/x"): "cannot be written",
    ("front", "--out", "others"): "no run of contactline wrote it",
    ("deal", "compare", "--out", "others"): "no run of contactline wrote it",
    ("case", "new", "mine", "--dir", "/proc"): "case new /proc/mine: cannot be written",
    (
        "choice", "--x", "war.belt_resistance", "--y", "war.region_shift", "--figure", "/proc/x.svg",
    ): "--figure /proc/x.svg: cannot be written",
    ("report", "others"): "holds no assessment",
}  # fmt: skip


def test_what_cannot_end_well_is_refused_before_it_begins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("mine")
    (tmp_path / "others").mkdir()
    (tmp_path / "others" / "photo.jpg").write_text("sea")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CONTACTLINE_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("CONTACTLINE_MEMORY", "16GB")
    for words, text in REFUSED.items():
        began = time.process_time()
        code, _, error = said(list(words), monkeypatch, capsys)
        assert code == 2 and text in error and "Traceback" not in error, (words, error)
        assert time.process_time() - began < 3, words
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "others"]
    assert [path.name for path in (tmp_path / "others").iterdir()] == ["photo.jpg"]


def test_an_error_of_the_disk_on_the_way_is_one_message(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from contactline.faces.cli import deal as cli_deal

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device", str(tmp_path / "page" / "deals.html"))

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(cli_deal, "write_deals", full)
    words = ["deal", "compare", "--case", "borderland", "--json", "--out", "page"]
    code, _, error = said(words, monkeypatch, capsys)
    assert code == 1
    assert "deals.html: No space left on device. Nothing half-written is left behind" in error
    assert not list(tmp_path.iterdir())
