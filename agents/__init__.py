"""Players that are programs: `policy` is what they have in common, `bots` follow scripts."""
