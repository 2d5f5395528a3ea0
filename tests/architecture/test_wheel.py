"""What is shipped is whole: templates, static files and migrations lie in the wheel."""

import zipfile
from pathlib import Path

from hatchling.builders.wheel import WheelBuilder

ROOT = Path(__file__).resolve().parents[2]
#: Not shipped, or made by running.
LEFT_OUT = {"__pycache__"}


def files(folder: Path) -> set[str]:
    return {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and not LEFT_OUT & set(path.parts)
    }


def test_the_wheel_holds_all_that_the_program_reads(tmp_path: Path) -> None:
    [wheel] = WheelBuilder(str(ROOT)).build(directory=str(tmp_path), versions=["standard"])

    shipped = set(zipfile.ZipFile(wheel).namelist())

    wanted = {f"training/templates/{name}" for name in files(ROOT / "templates")}
    wanted |= {f"training/{name}" for name in files(ROOT / "training")}
    assert wanted - shipped == set()
    assert not any(name.startswith(("tests/", "instance/")) for name in shipped)
