"""Tapes that ask one thing each: the game answers all of them, copies answer none."""

import numpy as np
import pytest

from mpgenie.world_models.evaluation.cases import SHOWN
from mpgenie.world_models.evaluation.models import CopyLast, Oracle
from mpgenie.world_models.evaluation.probes import AWAY, TAPES, WAITS, probe_cases, probed
from mpgenie.world_models.evaluation.report import PROBES
from mpgenie.world_models.evaluation.scoring import tell


@pytest.fixture(scope="module")
def tapes(game, cases):
    return probe_cases(game, cases["grounding"])


@pytest.fixture(scope="module")
def real(game, tapes):
    told, _ = tell(Oracle(game), tapes)
    return told


def means(found):
    return {name: figure["mean"] for name, figure in found.items()}


def test_every_tape_goes_on_from_the_same_frames(cases, tapes):
    for name in TAPES:
        for start, case in zip(cases["grounding"], tapes[name], strict=True):
            assert np.array_equal(case.frames[:SHOWN], start.frames[:SHOWN])
            assert len(case.real) == len(TAPES[name].buttons)


def test_views_come_back_to_where_they_were():
    for name, tape in TAPES.items():
        total = tape.camera.sum(0)[0, 1]
        assert total == {"around": 360.0}.get(name, 0.0)
    assert [len(TAPES[f"away {n}"].buttons) for n in WAITS] == [2 * AWAY + n for n in WAITS]


def test_the_game_keeps_all_and_answers_as_itself(tapes, real):
    found = means(probed(tapes, real))
    assert set(found) == set(PROBES)
    assert found["still, end"] == found["around, back"] == found["away 32, back"] == 60.0
    assert found["elsewhere, answer"] == 1.0 and found["elsewhere, leak"] == 0.0
    assert found["still, change a tick"] < 3.0


def test_copies_stand_still_whoever_turns(tapes):
    found = means(probed(tapes, tell(CopyLast(), tapes)[0]))
    assert found["still, change a tick"] == found["elsewhere, answer"] == 0.0
    assert found["away 8, back"] > 25.0  # what was seen before is seen again


def test_what_changes_where_nothing_should_is_a_leak(tapes, real):
    told = {name: [frames.copy() for frames in each] for name, each in real.items()}
    for frames in told["elsewhere"]:
        frames[:, 0] = 255 - frames[:, 0]
    spoilt = means(probed(tapes, told))
    assert spoilt["elsewhere, leak"] > 40.0 and spoilt["elsewhere, answer"] == 1.0
