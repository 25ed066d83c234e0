"""Numbers brought to unit size."""

from mpgenie.extras import require

require("torch", extra="dreams")
import torch.nn.functional as F  # noqa: E402
from torch import Tensor, nn  # noqa: E402


class RootNorm(nn.RMSNorm):
    """Root mean square norm with weights in the precision of what it takes, as its kernels need."""

    def forward(self, x: Tensor) -> Tensor:
        """(..., width) to the same."""
        assert self.weight is not None
        return F.rms_norm(x, tuple(self.normalized_shape), self.weight.to(x.dtype), self.eps)
