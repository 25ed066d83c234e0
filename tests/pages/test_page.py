"""A page is one file that needs no other, with what it tells of beside it."""

import json
import subprocess
import sys

import numpy as np
import pytest

from mpgenie.errors import StorageError
from mpgenie.pages.page import page, section, write

PICTURE = np.zeros((4, 4, 3), np.uint8)


def test_titles_are_text_and_bodies_are_html():
    text = page("a < b", section("c & d", "<p>told</p>"))
    assert "<h1>a &lt; b</h1>" in text and "<title>a &lt; b</title>" in text
    assert "<section><h2>c &amp; d</h2><p>told</p></section>" in text


def test_a_section_with_nothing_to_tell_is_left_out():
    assert section("title", "") == ""


def test_results_and_pictures_lie_beside_the_page(tmp_path):
    path = tmp_path / "new" / "report.html"
    assert write(path, "told", {"a": [1, None]}, {"plot.png": PICTURE}) == path
    assert path.read_text() == "told"
    assert json.loads(path.with_suffix(".json").read_text()) == {"a": [1, None]}
    assert (path.parent / "plot.png").read_bytes().startswith(b"\x89PNG")


def test_a_page_may_be_all_there_is(tmp_path):
    write(tmp_path / "page", "told")
    assert [path.name for path in tmp_path.iterdir()] == ["page"]


def test_results_are_json_that_anybody_reads(tmp_path):
    with pytest.raises(ValueError, match="not JSON compliant"):
        write(tmp_path / "report.html", "told", {"a": float("nan")})


def test_what_cannot_be_written_says_so(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match="cannot write .*report.html: .*; name another place"):
        write(tmp_path / "file" / "report.html", "told")


def test_pages_know_nothing_of_what_they_are_about():
    code = (
        "import sys, mpgenie.pages.page, mpgenie.pages.charts, mpgenie.pages.pieces\n"
        "rooms = ('agents', 'datasets', 'envs', 'world_models')\n"
        "others = ('matplotlib', 'torch', *(f'mpgenie.{room}' for room in rooms))\n"
        "print([name for name in others if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
