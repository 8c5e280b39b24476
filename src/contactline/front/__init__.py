"""The front: areas of control, H3 control history, the line of contact, gains and settlements, measured from maps.

Every measure here is additive over the boundary edges of the control polygon, so a day costs only the edges
that changed since the day before. Files are named for what they measure.
"""
