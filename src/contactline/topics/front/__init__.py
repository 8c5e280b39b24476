"""What do the maps show?"""
