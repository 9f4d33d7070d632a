"""Views of a rightsholder's pages."""
