"""One file a view. Views never know each other; they meet in models.cursor."""
