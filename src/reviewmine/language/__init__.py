"""Russian as tables and small rules. Nothing here knows of reviews."""
