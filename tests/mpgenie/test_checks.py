"""What a caller chose is refused with what would have been right."""

import pytest

from mpgenie.checks import check_known, check_whole
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
