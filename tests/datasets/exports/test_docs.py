"""Every snippet of docs/exports.md runs as it stands, next to the exports that it reads."""

import re
import warnings
from pathlib import Path

import pytest

import mpgenie

PAGE = (Path(__file__).parents[3] / "docs" / "exports.md").read_text()
NAMES = {"hdf5": "data.h5"}
SECTIONS = dict(re.findall(r"\n## (\w+)\n(.*?)(?=\n## |\Z)", PAGE, re.DOTALL))


@pytest.mark.parametrize("format", SECTIONS)
def test_the_snippet_runs(format, pulses, tmp_path, monkeypatch, capsys):
    mpgenie.export(pulses, format, tmp_path / NAMES.get(format, format), progress=False)
    (snippet,) = re.findall(r"```python\n(.*?)```", SECTIONS[format], re.DOTALL)
    for module in re.findall(r"^(?:import|from) (\w+)", snippet, re.MULTILINE):
        pytest.importorskip(module)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MINARI_DATASETS_PATH", "")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        exec(compile(snippet, f"docs/exports.md, {format}", "exec"), {})


def test_every_format_has_a_section_and_a_row():
    from mpgenie.datasets.exports.formats import FORMATS

    assert set(SECTIONS) == set(FORMATS)
    assert all(f"| `{format}` |" in PAGE for format in FORMATS)
