"""A lively world to try the product in, on one's own machine (`make demo`). Every name and song in it is invented."""
