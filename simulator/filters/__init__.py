"""One filter language for messages: from text to a tree, and from the tree to SQL or to a predicate that agrees with it."""
