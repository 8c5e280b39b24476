"""Ground floor: errors, named random streams, files, dates and provenance, used by every other room."""
