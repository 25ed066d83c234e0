"""Players that learn: PPO, its networks, its files, and trained players.  Only here is torch."""
