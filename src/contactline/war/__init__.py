"""What fighting can achieve: one model, one file, each with its equation, its priors and their sources."""
