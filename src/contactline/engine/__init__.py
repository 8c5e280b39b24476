"""The one place that advances a war or a truce: a case and its beliefs in, fronts, courses and their outcomes out."""
