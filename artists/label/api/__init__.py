"""What the pages of a rightsholder do, over the API."""
