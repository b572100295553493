"""The demo's folder: a reset takes what the demo has made and nothing else."""

from pathlib import Path

import pytest

from metonic_gateway.demo.folder import DemoFolder, DemoProblem


@pytest.fixture
def folder(tmp_path: Path) -> DemoFolder:
    return DemoFolder(tmp_path / "demo")


def test_a_reset_leaves_nothing(folder: DemoFolder) -> None:
    with folder.held():
        (folder.path / "metonic.sqlite3-wal").touch()
        folder.calendars.mkdir()
        (folder.calendars / "log").touch()

    folder.forget()

    assert not folder.path.exists()


def test_a_reset_of_nothing_does_nothing(folder: DemoFolder) -> None:
    folder.forget()

    assert not folder.path.exists()


def test_a_reset_spares_files_that_are_not_the_demos(folder: DemoFolder) -> None:
    with folder.held():
        (folder.path / "thesis.txt").touch()

    folder.forget()

    assert [path.name for path in folder.path.iterdir()] == ["thesis.txt"]


@pytest.mark.parametrize("name", ["thesis.txt", "keys"])
def test_a_folder_with_something_else_is_neither_used_nor_emptied(name: str, folder: DemoFolder) -> None:
    folder.path.mkdir()
    (folder.path / name).write_text("years of work")

    with pytest.raises(DemoProblem, match="something else"), folder.held():
        pass
    with pytest.raises(DemoProblem, match="something else"):
        folder.forget()

    assert [path.name for path in folder.path.iterdir()] == [name]


def test_a_folder_in_use_is_neither_reset_nor_used_again(folder: DemoFolder) -> None:
    with folder.held():
        with pytest.raises(DemoProblem, match="running"):
            folder.forget()
        with pytest.raises(DemoProblem, match="running"), folder.held():
            pass

    folder.forget()


def test_what_cannot_be_removed_is_said(folder: DemoFolder) -> None:
    with folder.held():
        pass
    (folder.path / "filled").mkdir()

    with pytest.raises(DemoProblem, match="filled"):
        folder.forget()
