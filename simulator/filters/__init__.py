"""One filter language for messages: from text to a tree, and from that to SQL and to a predicate, which agree."""
