"""What to play: small files, each with the rewards and endings of one scenario."""
