"""What would have to be true?"""
