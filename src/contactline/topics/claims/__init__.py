"""Do the claims of the debate hold?"""
