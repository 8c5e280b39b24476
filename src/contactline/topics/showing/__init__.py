"""What the topics show with: figures, legends, maps, words and the look that they share."""
