"""The questions that a report answers, a folder each: `schema` its tables, `make` makes, `show` shows them."""
