"""What became of truces and wars of the past?"""
