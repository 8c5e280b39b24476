"""How far can this be trusted?"""
