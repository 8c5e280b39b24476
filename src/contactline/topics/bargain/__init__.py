"""Which lines would both sides sign, and how does the game end?"""
