"""What a recording says to a person: summaries, the story of a driver, statistics over runs. From recordings alone."""
