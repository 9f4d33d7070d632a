"""Labelled messages, names, injections and facts of our own writing, and how the guard judges them."""
