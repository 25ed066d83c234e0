"""Text is laid over pictures of any size without leaving them."""

from string import printable

import numpy as np
import pytest

from mpgenie.play.font import ADVANCE, GLYPHS, HEIGHT, WIDTH, mask_of
from mpgenie.play.game import Standing
from mpgenie.play.overlay import Line, clock, help_lines, lay_panel, standing_lines


def test_every_letter_has_a_shape_of_its_own():
    letters = [letter for letter in printable if " " <= letter <= "~"]
    shapes = {mask_of(letter).tobytes() for letter in letters}
    assert len(letters) == len(shapes) == len(GLYPHS) == 95


def test_letters_stand_in_a_row():
    mask = mask_of("Ab")
    assert mask.shape == (HEIGHT, 2 * ADVANCE - 1)
    assert np.array_equal(mask[:, :WIDTH], mask_of("A"))
    assert np.array_equal(mask[:, ADVANCE:], mask_of("b"))
    assert not mask[:, WIDTH].any()


def test_an_unknown_letter_is_a_question():
    assert np.array_equal(mask_of("é"), mask_of("?"))


@pytest.mark.parametrize("size", [(32, 32), (48, 200), (480, 854)])
@pytest.mark.parametrize("across", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("down", [0.0, 0.5, 1.0])
def test_a_panel_fits_any_picture(size, across, down):
    picture = np.full((*size, 3), 200, np.uint8)
    lay_panel(picture, help_lines(mouse=True), across, down, 2)
    assert picture.shape == (*size, 3) and (picture < 200).any() and (picture == 255).any()


def test_a_panel_lies_where_it_is_put():
    picture = np.full((100, 200, 3), 200, np.uint8)
    lay_panel(picture, [Line("hi")], 1.0, 1.0, 1)
    rows, columns = np.nonzero((picture != 200).any(axis=2))
    assert rows.min() > 50 and columns.min() > 100


def test_a_standing_says_role_team_and_what_was_earned():
    told = standing_lines(
        "capture_the_flag", Standing("carrier", "red"), 1.5, {"a": 2.0, "b": -0.5, "c": 0.0}
    )
    assert [line.text for line in told] == [
        "capture the flag - carrier",
        "team red",
        "score 1.50",
        "  a +2.00",
        "  b -0.50",
    ]


def test_where_nothing_is_rewarded_no_score_is_shown():
    assert [line.text for line in standing_lines("free_play", Standing(), 0.0, {})] == ["free play"]


@pytest.mark.parametrize(("ticks", "text"), [(0, "0:00"), (-3, "0:00"), (1210, "1:00")])
def test_a_clock_counts_minutes(ticks, text):
    assert clock(ticks) == text
