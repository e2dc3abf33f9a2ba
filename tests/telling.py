"""What a text tells: facts that stand in it as words of their own."""

import re


def tells(text: str | bytes, *facts: str) -> list[str]:
    """Return those of the facts that stand in a text as words.

    A page has tokens, references and statement numbers in it, whose digits are drawn by
    lot: "172" is in one of them now and then, and nobody has been told anything.
    """
    said = text.decode(errors="replace") if isinstance(text, bytes) else text
    return [one for one in facts if re.search(rf"(?<!\w){re.escape(one)}(?!\w)", said)]
