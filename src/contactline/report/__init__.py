"""Figures, maps, tables, judgements and pages: reads results, computes no science."""
