// Keeps the library linkable while a room has no source yet.
