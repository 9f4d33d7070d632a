"""Wordings that a model suggests to an artist, and the profiles of the servers that are asked for them."""
