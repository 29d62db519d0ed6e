"""A government and a committee to play with: data, papers, sign-in links, simulated members. Never part of a real installation."""
