"""Forms of a rightsholder's pages."""
