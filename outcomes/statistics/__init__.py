"""Statistics of written opinions, from the stored results of closed questions."""
