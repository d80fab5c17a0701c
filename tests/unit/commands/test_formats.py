"""`pforte formats` lists the formats and says which one a file has."""

import gzip
import json
import random
import subprocess
import sys

import pytest
from click.testing import CliRunner

from pforte.commands.formats import command
from pforte.visits.formats.catalogue import KNOWN

LINE = b'192.0.2.7 - - [01/Mar/2026:12:00:00 +0000] "GET /\x1b[2J\xc3\xa4\xff HTTP/1.1" 404 5 "-" "curl"\n'


@pytest.fixture
def log(tmp_path):
    path = tmp_path / "access.log"
    path.write_bytes(LINE * 5)
    return str(path)


def run(*arguments: str, stdin: bytes | None = None):
    return CliRunner().invoke(command, arguments, input=stdin)


def test_list():
    """Every format with an example that can be compared with one's own lines."""
    result = run()
    assert result.exit_code == 0
    for known in KNOWN:
        assert f"{known.format.name}\n  {known.reads}\n  {known.example}\n" in result.output
    assert "log_format ..." in result.output


def test_list_json():
    """The same for programs."""
    listed = json.loads(run("--json").output)
    assert [entry["name"] for entry in listed] == [known.format.name for known in KNOWN]
    assert set(listed[0]) == {"name", "family", "reads", "example", "detected"}


def test_try(log):
    """The format and the first lines; what strangers wrote cannot steer the terminal."""
    result = run("try", log)
    assert result.exit_code == 0
    assert result.output.startswith(f"{log}: combined\n5 lines looked at: 5 of this format, 5 visits.\n")
    assert result.output.count("client    192.0.2.7") == 3
    assert "target    /\\x1b[2J\u00e4\\xff" in result.output
    assert "at        2026-03-01T12:00:00Z" in result.output
    assert "\x1b" not in result.output


def test_try_json(log):
    """The same for programs."""
    answer = json.loads(run("try", "--json", log).output)
    assert (answer["format"], answer["lines"], answer["recognised"], answer["parsed"]) == (
        "combined",
        5,
        5,
        5,
    )
    assert answer["first"][0]["status"] == 404


def test_standard_input_and_zone(tmp_path):
    """A pipe will do; a zone counts where the line has none."""
    line = b"2026-07-01 12:00:00 imap-login: Info: Disconnected (auth failed, 1 attempts): user=<jo>, rip=192.0.2.7\n"
    with (tmp_path / "pipe").open("w+b") as file:
        file.write(line)
        file.seek(0)
        result = subprocess.run(
            [sys.executable, "-m", "pforte", "formats", "try", "--timezone", "Europe/Berlin", "-"],
            stdin=file,
            capture_output=True,
            text=True,
            check=True,
        )
    assert result.stdout.startswith("-: syslog\n1 line looked at: 1 of this format, 1 login failure.\n")
    assert "at        2026-07-01T10:00:00Z" in result.stdout


def test_written_format(log):
    """A format string is tried before it goes into the settings."""
    result = run("try", "--format", '%h %l %u %t "%r" %>s', log)
    assert f"{log}: LogFormat\n5 lines" in result.output


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("--format", "combned"), 2, "did you mean 'combined'"),
        (("--format", "$status"), 2, "--format: log_format: no time"),
        (("--timezone", "Mars/Olympus"), 2, "'Mars/Olympus' is no zone"),
        (("--timezone", "../etc"), 2, "is no zone"),
    ],
)
def test_mistakes(log, arguments, code, said):
    """Bad usage ends with 2 and says what is wrong."""
    result = run("try", *arguments, log)
    assert result.exit_code == code
    assert said in result.output


def test_unknown_format(tmp_path):
    """A file of no known format ends with 1 and quotes its first line."""
    path = tmp_path / "poem.txt"
    path.write_text("Roses are red\nviolets are blue\n")
    result = run("try", str(path))
    assert result.exit_code == 1
    assert "the first is 'Roses are red'" in result.output


def test_compressed_files_are_read_as_scan_reads_them(tmp_path):
    path = tmp_path / "access.log.1.gz"
    path.write_bytes(gzip.compress(LINE * 5))
    assert (
        f"{path}: combined\n5 lines looked at: 5 of this format, 5 visits.\n" in run("try", str(path)).output
    )


def test_a_file_that_ends_too_early_is_told_as_far_as_it_goes(tmp_path):
    path = tmp_path / "access.log.1.gz"
    path.write_bytes(gzip.compress(LINE * 5 + random.Random(1).randbytes(999))[:-500])
    result = run("try", str(path))
    assert result.exit_code == 0
    assert result.stdout.startswith(f"{path}: combined\n")
    assert f"note: {path}: the gzip data ends before its end mark" in result.stderr


@pytest.mark.parametrize("content", [b"", b"\n\n"])
def test_an_empty_file_is_called_so(tmp_path, content):
    path = tmp_path / "new.log"
    path.write_bytes(content)
    result = run("try", str(path))
    assert (result.exit_code, result.stderr) == (1, f"Error: {path} is empty\n")


def test_what_is_no_text_is_not_shown(tmp_path):
    path = tmp_path / "wtmp"
    path.write_bytes(b"\x02\0\n\0" * 99)
    result = run("try", str(path))
    assert (result.exit_code, result.stderr.count("\\x")) == (1, 0)
    assert "is not text" in result.stderr


def test_unreadable(tmp_path):
    """A file that cannot be read ends with 3."""
    result = run("try", str(tmp_path / "absent.log"))
    assert result.exit_code == 3
    assert "absent.log: cannot be opened: No such file or directory" in result.output
    assert run("try", str(tmp_path)).exit_code == 3
