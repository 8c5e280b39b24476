"""How this topic is shown."""
