"""Frames one by one, after what a ring remembers, are as all of them at once."""

import pytest
import torch

from mpgenie.world_models.config import INJECTIONS, LAYOUTS
from mpgenie.world_models.ring import Ring
from mpgenie.world_models.transformer import Predicted

from .tiny_models import clip, far, transformer

FRAMES = 10
"""More than three times the window: the ring goes round."""


def slots_of(seen):
    return torch.tensor([[3, 0, 7], [1, 2, 5]])[:, : seen.known.shape[2]]


def one_by_one(model, seen, there, ring=None, before=0):
    """What is told of each frame of a clip after those before it, remembered as they are."""
    slots, told = slots_of(seen), []
    ring = ring or Ring.empty(model.config, *seen.known[:, 0].shape)
    for t in range(before, seen.known.shape[1]):
        reading = model.reading(ring, there[:, t], slots)
        now = [part[:, t : t + 1] for part in (*seen, there)]
        model.next(reading, torch.randn_like(now[0]), *now[1:], slots)  # a try leaves no trace
        told.append(model.next(reading, *now, slots))
        reading.commit()
    return Predicted(*(torch.cat(parts, 1) for parts in zip(*told, strict=True))), ring


def everybody(seen):
    return torch.ones_like(seen.known)


@pytest.fixture(autouse=True)
def no_grad():
    with torch.no_grad():
        yield


@pytest.mark.parametrize("injection", INJECTIONS)
@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("sink", [0, 2])
def test_frames_from_the_ring_are_as_frames_under_the_mask(layout, sink, injection):
    model = transformer(layout=layout, sink=sink, injection=injection)
    seen = clip(frames=FRAMES)
    whole = model(*seen, slots=slots_of(seen))
    parts, ring = one_by_one(model, seen, everybody(seen))
    assert max(far(a, b) for a, b in zip(whole, parts, strict=True)) < 1e-5
    assert ring.frame.tolist() == [FRAMES, FRAMES]


@pytest.mark.parametrize("layout", LAYOUTS)
def test_so_are_those_of_players_who_come_and_go(layout):
    model, seen = transformer(layout=layout), clip(frames=FRAMES)
    there = everybody(seen)
    there[0, 2:5, 1] = there[1, :4, 0] = False
    whole = model(*seen, there, slots_of(seen))
    parts, _ = one_by_one(model, seen, there)
    assert max(far(a[there], b[there]) for a, b in zip(whole, parts, strict=True)) < 1e-5


def test_a_noisy_frame_after_the_ring_is_as_one_under_teacher_forcing():
    model, seen, noisy = transformer(), clip(frames=6), clip(frames=6, seed=1)
    noisy = noisy.changed(controls=seen.controls)
    both = [torch.cat(parts, 1) for parts in zip(seen, noisy, strict=True)]
    slots = slots_of(seen)
    whole = model(*both, slots=slots, mask="teacher").latents[:, 6:]
    ring = Ring.empty(model.config, 2, 2)
    for t in range(6):
        reading = model.reading(ring, seen.known[:, t], slots)
        now, then = ([part[:, t : t + 1] for part in each] for each in (noisy, seen))
        here = everybody(seen)[:, t : t + 1]
        told = model.next(reading, *now, here, slots)
        assert far(told.latents[:, 0], whole[:, t]) < 1e-5
        model.next(reading, *then, here, slots)
        reading.commit()


@pytest.mark.parametrize("injection", INJECTIONS)
@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("before", [1, 5])
def test_a_clip_remembered_at_once_goes_on_as_one_remembered_frame_by_frame(
    layout, before, injection
):
    model = transformer(layout=layout, sink=1, injection=injection)
    seen = clip(frames=FRAMES)
    there, slots = everybody(seen), slots_of(seen)
    ring = Ring.empty(model.config, 2, 2)
    model(*(part[:, :before] for part in seen), there[:, :before], slots, ring=ring)
    parts, _ = one_by_one(model, seen, there, ring, before)
    whole = model(*seen, there, slots)
    assert max(far(a[:, before:], b) for a, b in zip(whole, parts, strict=True)) < 1e-5


def test_a_first_frame_that_stays_moves_away_no_farther_than_it_has_been_seen():
    model = transformer(sink=1)
    seen = clip(frames=4)
    _, ring = one_by_one(model, seen, everybody(seen))
    told = []
    for later in (1000, 5000):
        moved = Ring(**{name: part.clone() for name, part in ring.parts().items()})
        moved.held[:, 1:] += later * 3  # the window is 3: frames keep their places
        moved.frame += later * 3
        reading = model.reading(moved, everybody(seen)[:, 0], slots_of(seen))
        now = [part[:, :1] for part in (*seen, everybody(seen))]
        told.append(model.next(reading, *now, slots_of(seen)).latents)
    assert torch.equal(*told)
