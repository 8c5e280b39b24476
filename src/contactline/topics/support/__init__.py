"""Who can provide what, and what does a cut do?"""
