"""What a caller chose is refused with what would have been right."""

import pytest

from mpgenie.checks import check_known, check_same, check_whole
from mpgenie.errors import ConfigError


def test_a_name_that_nothing_has_is_refused_with_the_nearest():
    check_known("size", "small", ("tiny", "small"))
    with pytest.raises(ConfigError, match=r"unknown size 'smal'\. Did you mean 'small'\?"):
        check_known("size", "smal", ("tiny", "small"))


@pytest.mark.parametrize("value", [0, 1001, 2.0, True, "3", None])
def test_what_is_no_whole_number_within_bounds_is_refused(value):
    check_whole("players", 1, 1, 1000)
    check_whole("players", 1000, 1, 1000)
    with pytest.raises(ConfigError, match="players must be a whole number from 1 to 1,000, got"):
        check_whole("players", value, 1, 1000)


def test_who_goes_on_does_so_with_the_same_settings(tmp_path):
    check_same(tmp_path, "run", {"seed": 1, "steps": 2}, {"seed": 1, "steps": 9}, but="steps")
    with pytest.raises(ConfigError, match="holds a run with seed = 1, not 2: name another folder"):
        check_same(tmp_path, "run", {"seed": 1}, {"seed": 2})
    with pytest.raises(ConfigError, match="holds a loop with colour = None, not 'red'"):
        check_same(tmp_path, "loop", {"seed": 1}, {"colour": "red"})


def test_a_setting_within_others_is_named_alone(tmp_path):
    theirs, ours = ({"learner": {"rate": 1.0, "env": {"size": size}}} for size in (48, 96))
    check_same(tmp_path, "run", theirs, theirs)
    with pytest.raises(ConfigError, match=r"with learner\.env\.size = 48, not 96"):
        check_same(tmp_path, "run", theirs, ours)
    with pytest.raises(ConfigError, match=r"with learner\.clip = 0\.2, not None"):
        check_same(tmp_path, "run", {"learner": {"clip": 0.2}}, {"learner": {}})
