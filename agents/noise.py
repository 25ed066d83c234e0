"""What draws among likely actions, as bytes between two ticks: policies keep nothing themselves."""

from mpgenie.extras import require

require("torch", extra="agents")
import torch  # noqa: E402


def noise(seed: int, kept: bytes | None = None) -> torch.Generator:
    """What draws: from its seed on, or from where `kept_noise` left it."""
    rng = torch.Generator().manual_seed(seed)
    if kept is not None:
        rng.set_state(torch.frombuffer(bytearray(kept), dtype=torch.uint8))
    return rng


def kept_noise(rng: torch.Generator) -> bytes:
    """Where it is."""
    return bytes(rng.get_state().numpy().tobytes())
