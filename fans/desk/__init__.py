"""The remix desk: where a fan makes a remix inside the artist's envelope, and hears parts of it."""
