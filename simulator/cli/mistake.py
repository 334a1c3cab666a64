"""The refusal of a command that asks for something impossible; apart, so that a command need not load all rooms."""


class Mistake(Exception):
    """Something the user asked for cannot be; the text is the sentence that says what to do."""
