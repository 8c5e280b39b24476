"""What a settlement changes on the map, what stands behind it, and whether it holds."""
