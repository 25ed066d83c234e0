"""Every error says the way out, and fits both our tree and Python's."""

import sys

import pytest

from mpgenie import errors
from mpgenie.extras import require

BUILT_IN = {
    errors.ActionError: ValueError,
    errors.ConfigError: ValueError,
    errors.SnapshotError: ValueError,
    errors.StateError: RuntimeError,
    errors.RendererError: RuntimeError,
    errors.DatasetError: ValueError,
    errors.StorageError: OSError,
    errors.MissingExtraError: ImportError,
}


@pytest.mark.parametrize("error", BUILT_IN, ids=lambda error: error.__name__)
def test_errors_are_ours_and_of_the_built_in_kind(error):
    assert issubclass(error, errors.MpgenieError)
    assert issubclass(error, BUILT_IN[error])
    assert error.__name__ in str(errors.__doc__)


def test_the_nearest_name_is_offered_first():
    words = errors.suggest("gathr", ["free_play", "gather", "tag"])
    assert words.startswith("Did you mean 'gather'?")
    assert "'tag'" in words


def test_nothing_near_offers_all_names():
    assert errors.suggest("zzz", ["gather", "tag"]) == "There are: 'gather', 'tag'."
    assert errors.suggest(None, []) == "There are: none."


def test_a_missing_extra_names_its_pip_line(monkeypatch):
    monkeypatch.setitem(sys.modules, "pyglet", None)
    with pytest.raises(errors.MissingExtraError, match=r"pip install 'mpgenie\[play\]'"):
        require("pyglet", extra="play")


def test_a_package_that_is_there_but_broken_is_not_called_missing(tmp_path, monkeypatch):
    (tmp_path / "half_there.py").write_text("import not_a_module_at_all")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ModuleNotFoundError, match="not_a_module_at_all"):
        require("half_there", extra="play")


def test_a_package_that_is_there_is_returned():
    assert require("json", extra="play").__name__ == "json"
