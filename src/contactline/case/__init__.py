"""A conflict described as data: the schema, the loader, beliefs and their distributions, evidence tables."""
