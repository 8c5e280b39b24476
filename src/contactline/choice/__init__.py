"""Courses of action run under common random numbers, what actors value, and which belief decides."""
