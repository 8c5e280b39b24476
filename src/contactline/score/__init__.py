"""Scoring: proper scores, calibration, rolling-origin backtests and the baselines we are compared with."""
