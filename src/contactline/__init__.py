"""contactline: what fighting can achieve, what a settlement changes, which beliefs decide between them."""

__version__ = "0.1.0"
