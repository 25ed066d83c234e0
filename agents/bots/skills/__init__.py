"""What a bot can do, each a generator of actions that returns how it went."""
