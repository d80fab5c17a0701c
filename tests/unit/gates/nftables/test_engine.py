"""Talking to nftables; the real one is met in tests/system/test_nftables.py."""

import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from pforte.gates.gate import GateError
from pforte.gates.nftables import engine
from pforte.gates.nftables.engine import LibraryEngine, ProgramEngine, open_engines


class FakeNftables:
    """The library's one class, with the answers of the test."""

    answer: tuple[int, str, str] = (0, "", "")
    asked: list[tuple[bool, str]]

    def __init__(self) -> None:
        FakeNftables.asked = []
        self.json = False

    def set_json_output(self, value: bool) -> None:  # noqa: FBT001  the library's own signature
        self.json = value

    def cmd(self, text: str) -> tuple[int, str, str]:
        self.asked.append((self.json, text))
        return self.answer


@pytest.fixture
def library(monkeypatch):
    module = ModuleType("nftables")
    module.Nftables = FakeNftables  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "nftables", module)
    monkeypatch.setattr(FakeNftables, "answer", (0, "", ""))
    return FakeNftables


@pytest.fixture
def no_library(monkeypatch):
    monkeypatch.setitem(sys.modules, "nftables", None)


@pytest.fixture
def program(monkeypatch, tmp_path) -> Path:
    """A program nft that writes down its input and answers with its arguments."""
    path = tmp_path / "nft"
    path.write_text(f'#!/bin/sh\ncat > {tmp_path}/input\necho "$@"\n', encoding="utf-8")
    path.chmod(0o755)
    monkeypatch.setattr(engine.shutil, "which", lambda name, path=None: str(tmp_path / name))
    return path


@pytest.fixture
def no_program(monkeypatch):
    monkeypatch.setattr(engine.shutil, "which", lambda name, path=None: None)


def test_the_library_changes_in_plain_text_and_lists_in_json(library):
    talk = LibraryEngine()
    talk.change("add table inet x\n")
    library.answer = (0, '{"nftables": []}', "")
    assert talk.list_json("list table inet x") == '{"nftables": []}'
    assert library.asked == [(False, "add table inet x\n"), (True, "list table inet x")]


def test_a_large_listing_gives_its_memory_back(library, monkeypatch):
    given_back = []
    monkeypatch.setattr(engine, "_give_memory_back", lambda: given_back.append(True))
    library.answer = (0, "x" * (engine.LARGE_OUTPUT + 1), "")
    LibraryEngine().list_json("list table inet x")
    assert given_back == [True]


def test_giving_memory_back_harms_nothing():
    engine._give_memory_back()


def test_a_refusal_of_the_library_is_an_error_of_the_gate(library):
    library.answer = (-1, "", "Error: interval overlaps with an existing one\nadd element ...\n   ^^^\n")
    with pytest.raises(
        GateError, match="nftables refused: Error: interval overlaps with an existing one add"
    ):
        LibraryEngine().change("add element ...")


def test_a_missing_right_says_what_is_needed(library):
    library.answer = (-1, "", "Error: Could not process rule: Operation not permitted\n")
    with pytest.raises(GateError, match="CAP_NET_ADMIN"):
        LibraryEngine().change("add table inet x")


def test_a_refusal_without_words_is_still_a_sentence(library):
    library.answer = (-1, "", "")
    with pytest.raises(GateError, match="without saying why"):
        LibraryEngine().change("add table inet x")


def test_a_long_complaint_is_cut(library):
    library.answer = (-1, "", "x" * 10_000)
    with pytest.raises(GateError) as caught:
        LibraryEngine().change("add table inet x")
    assert len(str(caught.value)) < 600


def test_the_program_reads_changes_from_its_input(program, tmp_path):
    ProgramEngine().change("add table inet x\n")
    assert (tmp_path / "input").read_text(encoding="utf-8") == "add table inet x\n"


def test_the_program_lists_in_json(program):
    assert ProgramEngine().list_json("list table inet x") == "-j list table inet x\n"


def test_a_refusal_of_the_program_is_an_error_of_the_gate(program):
    program.write_text("#!/bin/sh\necho 'Error: no way' >&2\nexit 1\n", encoding="utf-8")
    with pytest.raises(GateError, match="nftables refused: Error: no way"):
        ProgramEngine().change("add table inet x\n")


def test_a_program_that_cannot_run_is_an_error_of_the_gate(program):
    program.chmod(0o644)
    with pytest.raises(GateError, match="nft could not be run"):
        ProgramEngine().change("add table inet x\n")


def test_a_program_that_is_stuck_is_an_error_of_the_gate(program, monkeypatch):
    def stuck(*arguments: object, **named: object) -> None:
        raise subprocess.TimeoutExpired("nft", 60)

    monkeypatch.setattr(engine.subprocess, "run", stuck)
    with pytest.raises(GateError, match="nft could not be run"):
        ProgramEngine().change("add table inet x\n")


def test_auto_changes_through_the_library_and_lists_through_the_program(library, program):
    engines = open_engines("auto")
    assert (type(engines.changes), type(engines.bulk)) == (LibraryEngine, ProgramEngine)


def test_auto_takes_the_program_for_both_where_the_library_is_missing(no_library, program):
    engines = open_engines("auto")
    assert type(engines.changes) is ProgramEngine
    assert engines.bulk is engines.changes


def test_auto_takes_the_library_for_both_where_the_program_is_missing(library, no_program):
    engines = open_engines("auto")
    assert type(engines.bulk) is LibraryEngine
    assert engines.bulk is engines.changes


@pytest.mark.parametrize("backend", ["auto", "program"])
def test_nothing_installed_says_what_to_install(no_library, no_program, backend):
    with pytest.raises(GateError, match="install nftables"):
        open_engines(backend)


def test_a_missing_library_says_what_to_install(no_library, program):
    with pytest.raises(GateError, match="install libnftables1"):
        open_engines("library")


def test_one_named_backend_does_both(library, program):
    assert type(open_engines("library").bulk) is LibraryEngine
    assert type(open_engines("program").changes) is ProgramEngine
