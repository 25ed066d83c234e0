"""How models of players learn: as every model does, see `mpgenie.agents.learning`."""

from mpgenie.agents.learning import FORMAT, MODEL, PATIENCE, Lesson, OnStep, Run, Schedule, learn

__all__ = ["FORMAT", "MODEL", "PATIENCE", "Lesson", "OnStep", "Run", "Schedule", "learn"]
