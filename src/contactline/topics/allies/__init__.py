"""Who stands where, and how far apart are allies?"""
