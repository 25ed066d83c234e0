"""Planets that are dreamt: models that learn the game's video and stand in for the game.

Shapes are told in these letters: B batch rows, T frames, P players, S tokens of a frame and player
(S = h w), D the width of a token.  Video is uint8 (B, T, P, H, W, 3); latents are float
(B, T, P, h, w, C); a sequence of tokens runs in the order (t p s).

Frame t + 1 follows from the frames up to t and the actions up to t: the tokens of frame t + 1 get
what their own player did at t, those of a clip's first frame the sign that nobody knows.
"""
