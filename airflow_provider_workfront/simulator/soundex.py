"""How a word sounds in English: a letter and three digits, as databases have it."""

from __future__ import annotations

CODES = {
    letter: digit for digit, letters in enumerate(("BFPV", "CGJKQSXZ", "DT", "L", "MN", "R"), 1) for letter in letters
}
SILENT = "HW"  # they do not separate equal codes, vowels do
LENGTH = 4


def soundex(text: str) -> str:
    """Give the code of a text's letters; empty when there are none."""
    letters = [letter for letter in text.upper() if "A" <= letter <= "Z"]
    if not letters:
        return ""
    digits = []
    last = CODES.get(letters[0])
    for letter in letters[1:]:
        code = CODES.get(letter)
        if code is not None and code != last:
            digits.append(str(code))
        if letter not in SILENT:
            last = code
    return (letters[0] + "".join(digits) + "000")[:LENGTH]
