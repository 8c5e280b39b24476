"""Would a truce hold?"""
