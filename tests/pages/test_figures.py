"""Figures are drawn without a window, 110 pixels to the inch."""

import numpy as np

from mpgenie.pages import figures


def test_a_picture_is_as_large_as_was_asked_and_shows_what_was_drawn():
    figure, panel = figures.panel(4.0, 2.0)
    blank = figures.pixels(figure)
    panel.plot([0, 1], [0, 1], color="red")
    drawn = figures.pixels(figure)
    assert drawn.shape == (220, 440, 3) and drawn.dtype == np.uint8
    assert (drawn == (255, 0, 0)).all(-1).any() and not (blank == (255, 0, 0)).all(-1).any()


def test_panels_come_from_left_to_right_row_by_row():
    figure, panels = figures.panels(6.0, 4.0, 2, 2)
    figures.pixels(figure)
    boxes = [panel.get_position() for panel in panels]
    assert boxes[0].x1 < boxes[1].x0 and boxes[0].y0 > boxes[2].y1


def test_panels_may_share_their_upright_axis():
    _, (left, right) = figures.panels(6.0, 3.0, 2, sharey=True)
    left.set_ylim(0.0, 7.0)
    assert right.get_ylim() == (0.0, 7.0)


def test_a_legend_stands_where_something_has_a_label():
    _, panel = figures.panel(4.0, 2.0)
    figures.head(panel, "title")
    assert panel.get_title(loc="left") == "title" and panel.get_legend() is None
    panel.plot([0, 1], [0, 1], label="a line")
    figures.head(panel, "title")
    assert [text.get_text() for text in panel.get_legend().get_texts()] == ["a line"]
