"""What others supply, what happens when they stop, and how far that reaches the front."""
