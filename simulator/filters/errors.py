"""The one error of this room, for the person who is typing the filter."""


class FilterError(ValueError):
    """A filter that cannot be read: a sentence, and the characters of the text that it is about (`position`, `end`)."""

    def __init__(self, sentence: str, position: int, end: int) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.position = position
        self.end = end
