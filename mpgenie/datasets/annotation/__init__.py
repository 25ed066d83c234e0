"""What happened in an episode, in words that can be asked for: worked out from what is stored.

    annotate("data")
    mpgenie.open_dataset("data").query("SELECT * FROM annotations WHERE label = 'hand_over'")

Nothing is guessed by a model: intents are what scripts noted, everything else follows from states,
actions and events by rules, so that the same episode always gets the same annotations.
"""

from .annotate import ANNOTATION_VERSION, annotate, annotate_episode, read_annotations
from .spans import Span

__all__ = ["ANNOTATION_VERSION", "Span", "annotate", "annotate_episode", "read_annotations"]
