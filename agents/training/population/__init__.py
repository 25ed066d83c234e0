"""Many players who learn by playing each other: ratings, matches, evolution, a curriculum."""
