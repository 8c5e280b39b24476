"""Would the guarantor act?"""
