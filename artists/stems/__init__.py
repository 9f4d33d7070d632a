"""The stems of a song, from the upload to the source that a team confirms."""
