"""Which course is better, for whom, under which beliefs?"""
