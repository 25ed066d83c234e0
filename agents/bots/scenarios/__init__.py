"""Scripted players of the scenarios, and a way to let them play.

from mpgenie.agents.bots.scenarios import play

match = play("tag", players=4, seed=7, who="script")
print(match.returns, match.parts["touch"])
"""

from .playing import Match, ScriptedPlayers, play
from .registry import SCRIPTS, GameScript, script_of

__all__ = ["SCRIPTS", "GameScript", "Match", "ScriptedPlayers", "play", "script_of"]
