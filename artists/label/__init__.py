"""The pages of a rightsholder: its roster, its claims, and what it permits."""
