"""One module a source: fetch, read, validate → tables with provenance; and the store that keeps them."""
