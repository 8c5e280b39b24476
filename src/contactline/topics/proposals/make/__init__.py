"""How the tables of this topic are made."""
