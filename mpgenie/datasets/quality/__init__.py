"""Named, versioned checks of episodes and datasets; those that fail are set aside, never deleted.

    from mpgenie.datasets.quality import check
    check("data").rejected                      # {7: {"stuck": {...}}}, now in data/quarantine
    take_back("data", [7])                      # somebody looked, and it is fine

docs/quality.md lists the rules.
"""

from .checking import Checked, check, check_episode, read_findings, take_back
from .config import QualityConfig
from .rules import LEVELS, RULES, Finding

__all__ = [
    "LEVELS",
    "RULES",
    "Checked",
    "Finding",
    "QualityConfig",
    "check",
    "check_episode",
    "read_findings",
    "take_back",
]
