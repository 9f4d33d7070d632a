"""Invented artists, fans and listening history for the demo, and simulated fans who go on listening."""
