"""The folders on disk are the packages we ship."""

import configparser
import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
FOLDERS = ("mpgenie", "envs", "agents", "world_models", "benchmarks")


def setup_cfg() -> configparser.ConfigParser:
    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg")
    return config


def packages_on_disk() -> set[str]:
    inits = (init for folder in FOLDERS for init in (ROOT / folder).rglob("__init__.py"))
    folders = (init.parent.relative_to(ROOT).parts for init in inits)
    return {".".join(parts if parts[0] == "mpgenie" else ("mpgenie", *parts)) for parts in folders}


def test_every_package_on_disk_is_declared_in_setup_cfg():
    assert packages_on_disk() == set(setup_cfg()["options"]["packages"].split())


def test_folders_are_never_imported_by_their_bare_names():
    bare = re.compile(r"^\s*(from|import) (envs|agents|world_models|benchmarks)\b", re.MULTILINE)
    sources = [p for f in (*FOLDERS, "tests") for p in (ROOT / f).rglob("*.py")]
    assert [str(p.relative_to(ROOT)) for p in sources if bare.search(p.read_text())] == []


def test_every_file_that_is_not_python_is_shipped():
    declared = setup_cfg()["options.package_data"]
    shipped = {
        path
        for package, patterns in declared.items()
        for pattern in patterns.split()
        for path in (ROOT / package.replace(".", "/")).resolve().glob(pattern)
    }
    files = (p for f in FOLDERS for p in (ROOT / f).rglob("*") if p.is_file())
    ignored = {".py", ".pyc", ".nbi", ".nbc"}
    assert {p.resolve() for p in files if p.suffix not in ignored} == shipped


def test_the_extra_all_holds_every_extra_of_the_package():
    extras = dict(setup_cfg()["options.extras_require"])
    named = set(re.findall(r"mpgenie\[(\w+)\]", extras.pop("all")))
    extras.pop("test")  # a choice of the others
    extras.pop("rllib")  # wants one gymnasium alone, and not the newest
    assert named == set(extras)
