"""The policies of the market's roles; what they do with a message, not how it is spoken."""
