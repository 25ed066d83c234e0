"""Pieces hold what they show, and nothing where there is nothing to show."""

import base64

import numpy as np

from mpgenie.pages.pieces import figure, file, group, image, note, plot, tile
from mpgenie.pictures import png

PICTURE = np.arange(48, dtype=np.uint8).reshape(4, 4, 3)
DATA = base64.b64encode(png(PICTURE)).decode()


def test_words_are_text():
    assert note("<b>") == '<p class="note">&lt;b&gt;</p>'
    assert "&lt;2" in tile("<2", "of & ours") and "of &amp; ours" in tile("<2", "of & ours")
    assert figure("<i>", "<b>", "&").endswith(
        "<i><figcaption><b>&amp;</b> &lt;b&gt;</figcaption></figure>"
    )


def test_a_figure_without_words_has_no_caption():
    assert figure("<i>") == "<figure><i></figure>"


def test_pictures_are_inside():
    assert f'src="data:image/png;base64,{DATA}"' in image(PICTURE, "alt", "sheet")


def test_plots_that_were_not_drawn_are_left_out():
    assert DATA in plot({"a.png": PICTURE}, "a.png", "told") and plot({}, "a.png") == ""


def test_files_are_inside_and_left_out_when_they_are_gone(tmp_path):
    (tmp_path / "a.png").write_bytes(png(PICTURE))
    (tmp_path / "a.mp4").write_bytes(b"film")
    assert DATA in file(tmp_path / "a.png", "a picture")
    film = file(tmp_path / "a.mp4", "a film")
    assert "<video" in film and "data:video/mp4;base64,ZmlsbQ==" in film and ">a film<" in film
    assert file(tmp_path / "gone.mp4", "gone") == ""


def test_a_group_of_nothing_is_nothing():
    assert group("pair", ["a", "b"]) == '<div class="pair">ab</div>'
    assert group("pair", []) == group("pair", ["", ""]) == ""
