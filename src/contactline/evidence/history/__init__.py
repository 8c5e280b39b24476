"""The record of past wars, truces and promises since 1816, derived from open archives."""
