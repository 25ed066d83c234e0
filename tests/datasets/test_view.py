"""An episode can be drawn anew from seed and actions alone, from any camera."""

import numpy as np
import pytest

from mpgenie.datasets.pictures import StreamSpec
from mpgenie.datasets.view import as_colours, render


def test_what_is_drawn_anew_is_what_was_recorded(drawn_episode):
    recorded = drawn_episode.streams["ego_64x64"]
    for frame, [pictures] in enumerate(render(drawn_episode, [StreamSpec()])):
        for player in range(2):
            then = recorded.read(player, frame, frame + 1)[0]
            assert (pictures[player] == then).all()
    assert frame == drawn_episode.length


def test_an_episode_without_pictures_is_drawn_from_every_camera_at_once(plain_episode):
    looks = ("rgb", "depth", "segmentation")
    specs = [StreamSpec(camera=c, look=k) for c in ("ego", "third", "top") for k in looks]
    first = next(render(plain_episode, specs))
    for spec, pictures in zip(specs, first, strict=True):
        assert pictures.shape == (2, *spec.shape) and pictures.dtype == spec.dtype
    ego, third, top = first[::3]
    assert not (ego == third).all() and not (third == top).all()


def test_depth_and_segmentation_can_be_looked_at():
    near = as_colours(np.array([[1.0, 40.0]], np.float32), "depth")
    assert near[0, 0, 0] > near[0, 1, 0]
    kinds = as_colours(np.array([[0, 3, 3, 1001]], np.int32), "segmentation")
    assert kinds.dtype == np.uint8 and kinds.shape == (1, 4, 3)
    assert not kinds[0, 0].any()  # the sky is black
    assert len({tuple(colour) for colour in kinds[0].tolist()}) == 3


def test_an_episode_is_found_by_unit_or_by_hash(store, plain_episode):
    from mpgenie.datasets.reading import open_dataset
    from mpgenie.errors import ConfigError

    store.commit(plain_episode)
    dataset = open_dataset(store.root)
    [entry] = dataset.episodes
    assert dataset.find(0) is dataset.find("0") is dataset.find(entry.content_hash[:8]) is entry
    with pytest.raises(ConfigError, match="0 episodes called '7'"):
        dataset.find("7")
