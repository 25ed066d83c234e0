"""Tokenizers: frames come back, exactly or as well as was learnt, whatever stands in front."""

import pytest
import torch

from mpgenie.errors import ConfigError
from mpgenie.world_models.config import WorldModelConfig
from mpgenie.world_models.tokenizer import Autoencoder, Patches, decibels, make_tokenizer

from .conftest import panned


def frames(count=64):
    return torch.from_numpy(panned(ticks=count - 1, players=1).frames[:, 0])


def ours(**chosen):
    torch.manual_seed(0)
    return Autoencoder(**{"resolution": (32, 32), "cell": 8, "channels": 16, "width": 8, **chosen})


def test_patches_lose_nothing():
    patches = Patches((32, 32), 8)
    seen = frames(12).reshape(2, 3, 2, 32, 32, 3)
    latents = patches.encode(seen)
    assert latents.shape == (2, 3, 2, *patches.latent_shape) == (2, 3, 2, 4, 4, 192)
    assert torch.equal(patches.decode(latents), seen)


def test_a_patch_is_its_cell():
    seen = torch.zeros(1, 32, 32, 3, dtype=torch.uint8)
    seen[0, 8:16, 24:32] = 255
    lit = Patches((32, 32), 8).encode(seen)[0].mean(-1)
    assert lit[1, 3] == 2.0 and (lit == -2.0).sum() == 15


def test_an_autoencoder_begins_with_the_best_linear_map():
    model = ours()
    seen = frames()
    model.expect(seen)
    with torch.no_grad():
        latents = model.encode(seen)
        found = decibels(model.decode(latents), seen).mean()
    flat = latents.flatten(0, -2)
    assert torch.allclose(flat.std(0), torch.ones(16), atol=0.05)
    few = ours(channels=4)
    few.expect(seen)
    with torch.no_grad():
        fewer = decibels(few.decode(few.encode(seen)), seen).mean()
    assert found > fewer + 3.0


def test_any_axes_may_stand_in_front():
    model = ours().eval()
    seen = frames(6).reshape(1, 3, 2, 32, 32, 3)
    with torch.no_grad():
        latents = model.encode(seen)
        again = model.decode(latents)
        alone = model.encode(seen[0, 1, 1])
    assert latents.shape == (1, 3, 2, 4, 4, 16) and again.shape == seen.shape
    assert latents.dtype == torch.float32 and again.dtype == torch.uint8
    assert torch.allclose(latents[0, 1, 1], alone, atol=1e-5)


@pytest.mark.parametrize("cell", [4, 8, 16])
def test_cells_of_several_sizes(cell):
    model = ours(cell=cell)
    assert model.latent_shape == (32 // cell, 32 // cell, 16)
    with torch.no_grad():
        assert model.decode(model.encode(frames(2))).shape == (2, 32, 32, 3)


def test_latents_that_are_no_numbers_come_back_black():
    latents = torch.full((1, 4, 4, 192), torch.nan)
    assert not Patches((32, 32), 8).decode(latents).any()


def test_what_cannot_be_is_refused():
    with pytest.raises(ConfigError, match="multiples of cell"):
        Patches((30, 32), 8)
    with pytest.raises(ConfigError, match="cells of 4, 8, 16 or 32"):
        ours(cell=2)
    with pytest.raises(ConfigError, match=r"takes frames of \(32, 32, 3\)"):
        ours().encode(torch.zeros(2, 64, 64, 3, dtype=torch.uint8))
    with pytest.raises(ConfigError, match="it takes 64 frames"):
        ours().expect(frames(3))
    patches = WorldModelConfig(tokenizer="patches", cell=8, channels=16)
    with pytest.raises(ConfigError, match="have 192 channels, not 16"):
        make_tokenizer(patches)
    assert isinstance(make_tokenizer(WorldModelConfig()), Autoencoder)


def test_gradients_come_through_however_large_the_weights_grow():
    """Else a rate too high once would leave it the linear map for ever."""
    model = ours()
    with torch.no_grad():
        for layer in [*model.down.modules(), *model.up.modules()]:
            if isinstance(layer, torch.nn.Conv2d):
                layer.weight.add_(10.0 * torch.randn_like(layer.weight))
    pictures = torch.rand(4, 3, 32, 32) * 2 - 1
    again, _ = model(pictures, 0.05, torch.Generator().manual_seed(0))
    (again - pictures).square().mean().backward()
    assert model.down[1].weight.grad.abs().max() > 1e-4
