"""The smoke run (`make demo-once`): follow listens from a scrobbler to a fan's page over real servers."""
