"""What lies inside a message: what its receiver did to answer it, such as the leg onward of what a hub routes.

Such an answer is shown after all that it waited for. Of what was answered at once, as a hub does with a broadcast,
nothing lies inside, whatever it led to later.
"""

from collections.abc import Iterator, Sequence

from gui.models.sequence_chart import Arrow


def nested(arrows: Sequence[Arrow]) -> Iterator[tuple[int, int]]:
    """The place of each arrow inside another one, and that of the other one; the last first, so what is inside of an
    arrow comes before that arrow itself.
    """
    places = {arrow.key: place for place, arrow in enumerate(arrows)}
    for place in reversed(range(len(arrows))):
        around = places.get(arrows[place].cause, place)
        if around < place and _is_inside(arrows[place], arrows[around]):
            yield place, around


def _is_inside(effect: Arrow, cause: Arrow) -> bool:
    """Whether an effect was over when its cause was answered."""
    return effect.end_us is not None and cause.reply_us is not None and effect.end_us <= cause.reply_us
