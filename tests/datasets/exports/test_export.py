"""An export appears whole or not at all, and says what it cannot do."""

import fcntl
import os
import resource
import subprocess
import sys

import pytest

import mpgenie
from mpgenie.cli import main
from mpgenie.datasets.exports.formats import FORMATS
from mpgenie.datasets.store import Store
from mpgenie.errors import ConfigError, MissingExtraError, StorageError

from ..random_play import play


def left_behind(folder):
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize("format", FORMATS)
def test_every_format_is_made_at_the_command_line_and_not_overwritten(
    format, pulses, tmp_path, capsys
):
    command = ["dataset", "export", str(pulses), "--format", format, "--out", str(tmp_path / "o")]
    assert main([*command, "--quiet"]) == 0
    assert "is written" in capsys.readouterr().out
    assert main([*command, "--quiet"]) == 1
    assert "is there already" in capsys.readouterr().err
    assert main([*command, "--overwrite"]) == 0
    assert "100%" in capsys.readouterr().err
    assert left_behind(tmp_path) == ["o"]


@pytest.mark.parametrize("format", FORMATS)
def test_what_fails_half_way_leaves_nothing(format, source, tmp_path, monkeypatch):
    broken = source.where(unit=[0, 1])
    load, calls = broken.load, []

    def fail(entry):
        calls.append(entry)
        if len(calls) == 2:
            raise OSError(28, "No space left on device")
        return load(entry)

    monkeypatch.setattr(type(broken), "load", lambda self, entry: fail(entry))
    with pytest.raises(StorageError, match="cannot write .*No space left on device"):
        mpgenie.export(broken, format, tmp_path / "out", progress=False)
    assert left_behind(tmp_path) == []


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("most_bytes", [500, 4_000, 9_000])
def test_a_full_disk_is_one_clear_error_and_leaves_nothing(format, most_bytes, pulses, tmp_path):
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most_bytes, limits[1]))
    try:
        with pytest.raises(StorageError, match="cannot write .*too large.*Nothing was changed"):
            mpgenie.export(pulses, format, tmp_path / "out", progress=False)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert left_behind(tmp_path) == []


@pytest.mark.parametrize("format", FORMATS)
def test_an_episode_of_no_tick_or_one_is_no_accident(format, studio, tmp_path):
    with Store(tmp_path / "data") as store:
        for ticks in range(2):
            store.commit(play(ticks, ticks=ticks, studio=studio))
    mpgenie.export(tmp_path / "data", format, tmp_path / "out", progress=False)


def test_what_was_there_survives_an_export_that_fails(source, tmp_path, monkeypatch):
    out = tmp_path / "out"
    out.mkdir()
    (out / "precious").write_text("x")
    monkeypatch.setattr(type(source), "load", lambda self, entry: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        mpgenie.export(source, "minari", out, overwrite=True, progress=False)
    assert (out / "precious").read_text() == "x"


def test_an_export_that_was_killed_is_begun_anew(pulses, tmp_path):
    script = (
        "import os, mpgenie\n"
        "from mpgenie.datasets.reading import Dataset\n"
        "Dataset.load = lambda self, entry: os._exit(9)\n"
        f"mpgenie.export({str(pulses)!r}, 'hdf5', {str(tmp_path / 'a.h5')!r}, progress=False)\n"
    )
    assert subprocess.run([sys.executable, "-c", script], timeout=120).returncode == 9
    assert left_behind(tmp_path) == [".a.h5.part"]
    mpgenie.export(pulses, "hdf5", tmp_path / "a.h5", progress=False)
    assert left_behind(tmp_path) == ["a.h5"]


def test_two_exports_to_one_place_are_refused(pulses, tmp_path):
    place = tmp_path / ".a.h5.part"
    place.mkdir()
    held = os.open(place / "lock", os.O_CREAT | os.O_RDWR)
    fcntl.flock(held, fcntl.LOCK_EX)
    with pytest.raises(ConfigError, match="another process is writing"):
        mpgenie.export(pulses, "hdf5", tmp_path / "a.h5", progress=False)
    os.close(held)
    mpgenie.export(pulses, "hdf5", tmp_path / "a.h5", progress=False)


def test_a_replacement_that_was_cut_short_between_two_renames_is_undone(pulses, tmp_path):
    place = tmp_path / ".a.h5.part"
    place.mkdir()
    (place / "replaced").write_text("the old one")
    with pytest.raises(ConfigError, match="is there already"):
        mpgenie.export(pulses, "hdf5", tmp_path / "a.h5", progress=False)
    assert (tmp_path / "a.h5").read_text() == "the old one"


def test_refusals_say_the_way_out(pulses, source, tmp_path):
    def refused(match, dataset=pulses, format="hdf5", **options):
        with pytest.raises(ConfigError, match=match):
            mpgenie.export(dataset, format, tmp_path / "out", progress=False, **options)

    refused("no format 'minary'. Did you mean 'minari'", format="minary")
    refused("hdf5 has no option 'joint'. There are: 'compression'", joint=True)
    refused("compression is one of", compression="zip")
    refused("split must be one of", split="test")
    refused("no stream 'top', but .*ego_64x64", stream="top")
    refused("no episode to export", dataset=source.where(unit=99))


def test_frames_must_be_there(tmp_path):
    with Store(tmp_path / "data") as store:
        store.commit(play(ticks=3))
    with pytest.raises(ConfigError, match="no rgb frames through the players' eyes"):
        mpgenie.export(tmp_path / "data", "hdf5", tmp_path / "out", progress=False)


def test_held_out_episodes_are_exported_when_asked_for_alone(pulses, tmp_path):
    import h5py

    counts = []
    for split in ("train", "eval", "all"):
        out = mpgenie.export(pulses, "hdf5", tmp_path / split, split=split, progress=False)
        with h5py.File(out) as file:
            counts.append(len(file["episodes"]))
    assert counts == [2, 1, 3]


def test_a_missing_package_is_named_with_its_extra(pulses, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "h5py", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'mpgenie\[data\]'"):
        mpgenie.datasets.exports.hdf5_file.require("h5py", extra="data")
