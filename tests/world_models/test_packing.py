"""One file holds all that training elsewhere needs, and says how to begin."""

import subprocess
import tarfile
from pathlib import Path

import pytest

import mpgenie
from mpgenie.cli import main
from mpgenie.errors import ConfigError
from mpgenie.world_models import packing
from mpgenie.world_models.packing import Pack, needs, pack

ROOT = Path(mpgenie.__file__).resolve().parents[1]
in_a_checkout = pytest.mark.skipif(
    not (ROOT / "setup.cfg").is_file(), reason="mpgenie is packed from a checkout"
)


@pytest.fixture
def asked(monkeypatch):
    """What pip is asked for; it leaves a wheel for each."""
    asked = []

    def pip(arguments):
        asked.append(list(arguments))
        folder = Path(
            arguments[arguments.index("--dest" if "--dest" in arguments else "--wheel-dir") + 1]
        )
        folder.mkdir(exist_ok=True)
        (folder / f"{arguments[0]}.whl").write_bytes(b"wheel")

    monkeypatch.setattr(packing, "_pip", pip)
    return asked


@in_a_checkout
def test_wheels_data_and_a_script_lie_in_one_file(asked, dataset, tmp_path):
    out = pack(tmp_path / "world.tar", Pack(data=dataset.root))
    with tarfile.open(out) as tar:
        names = tar.getnames()
        script = tar.extractfile("world/train.sh").read().decode()
    assert {"world/wheels/wheel.whl", "world/wheels/download.whl", "world/data/dataset.json"} <= {
        *names
    }
    assert "--preset small --data data --minutes 8" in script
    assert subprocess.run(["sh", "-n"], input=script, text=True, check=False).returncode == 0
    assert [path.name for path in tmp_path.iterdir()] == ["world.tar"]


@in_a_checkout
def test_torch_is_the_machines_own_unless_it_is_asked_for():
    assert not any(name.startswith("torch") for name in needs(ROOT, torch=False))
    assert "torch" in needs(ROOT, torch=True)
    assert any(name.startswith("safetensors") for name in needs(ROOT, torch=False))


@in_a_checkout
def test_data_that_is_not_named_is_made_there(asked, tmp_path, capsys):
    out = tmp_path / "world.tar"
    assert main(["pack", "--preset", "debug", "--out", str(out), "--python", "3.12"]) == 0
    assert "bash world/train.sh" in capsys.readouterr().out
    assert "--python-version" in asked[1]
    with tarfile.open(out) as tar:
        assert b"--preset debug --data generate" in tar.extractfile("world/train.sh").read()


def test_what_cannot_be_packed_is_refused(tmp_path, monkeypatch):
    with pytest.raises(ConfigError, match="there is no dataset.json"):
        Pack(data=tmp_path)
    with pytest.raises(ConfigError, match="Did you mean 'small'"):
        Pack(preset="smal")
    with pytest.raises(ConfigError, match="pip download failed"):
        packing._pip(["download", "--no-such-option"])
    monkeypatch.setattr(mpgenie, "__file__", str(tmp_path / "mpgenie" / "__init__.py"))
    with pytest.raises(ConfigError, match="needs a checkout"):
        pack(tmp_path / "world.tar", Pack())
