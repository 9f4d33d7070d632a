"""Audio that people hand over: what it is, and how it becomes the one form that everything here works with."""

PEAKS_A_SECOND = 20
"""Of the picture of a sound: how loud it is in each twentieth of a second."""
