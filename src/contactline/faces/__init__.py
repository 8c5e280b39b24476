"""Faces: they parse, ask and show."""
