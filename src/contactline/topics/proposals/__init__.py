"""What does each proposal change, and what would seizing the same take?"""
