"""Audio that people hand over: what it is, and how it becomes the one form that everything here works with."""
