"""Made-up NHS numbers, and the ways in which people, programs and spreadsheets write and break one up."""

from __future__ import annotations

from hypothesis import strategies as st

from definitions.source.nhs_numbers import BROKEN_UP

#: What parts the pieces. Each is found wherever three such pieces stand, and nearly each is doubtful.
SEPARATORS = [
    " ", ".", "-", "_", "  ", " - ", "–", "\u00a0", "\u2009", "\u3000", ",", ", ", ";", "/", "\\", "|", "·", "•", "+", "=", "'", ")(", "\t", "\n",
    "\r\n", "\r", "\u2028", "\x85", "\n\n\n", " \t ", "\u200b \u200b", "-\n", "\x00 ", "\x96", " " * 9, "&nbsp;", "&#8201;", "&nbsp;\n", "%20", "%2D",
    "%C2%A0", "%2520",
]  # fmt: skip
FULL_WIDTH, ARABIC_INDIC = "０１２３４５６７８９", "٠١٢٣٤٥٦٧٨٩"


def check_digit(nine: str) -> int:
    """The tenth digit; 10 where there is no such number."""
    total = sum(weight * int(digit) for weight, digit in zip(range(10, 1, -1), nine, strict=True))
    return (11 - total % 11) % 11


#: Nine digits as they are issued: in England and Wales they begin with 4 to 7.
NINE_DIGITS = st.integers(min_value=400_000_000, max_value=799_999_999).map(str)
NHS_NUMBERS = NINE_DIGITS.filter(lambda nine: check_digit(nine) != 10).map(
    lambda nine: f"{nine}{check_digit(nine)}"
)


def cut(number: str, shape: tuple[int, ...]) -> list[str]:
    """The digits in pieces of these lengths."""
    ends = [sum(shape[: place + 1]) for place in range(len(shape))]
    return [number[end - length : end] for end, length in zip(ends, shape, strict=True)]


@st.composite
def pieces(draw: st.DrawFn, shapes: frozenset[tuple[int, ...]] = BROKEN_UP) -> list[str]:
    """A number in the pieces that people make of one; none of which begins as a year does, nor as a telephone number."""
    made = cut(draw(NHS_NUMBERS), draw(st.sampled_from(sorted(shapes))))
    return [] if any(len(each) > 1 and each.startswith(("0", "19", "20")) for each in made) else made


def _written_otherwise(number: str) -> list[str]:
    """A number whole, or in other digits than ours."""
    usual = cut(number, (3, 3, 4))
    return [
        number, f"{int(number):,}", f"£{int(number):,}", f"{int(number):,}.00", "\u200b".join(number), "\u00ad".join(number), "\ufe0f\u20e3".join(number),
        number.translate(dict(zip(map(ord, "0123456789"), FULL_WIDTH, strict=True))),
        number.translate(dict(zip(map(ord, "0123456789"), ARABIC_INDIC, strict=True))),
        "".join(f"&#{ord(digit)};" for digit in number), "".join(f"%{ord(digit):X}" for digit in number),
        "".join(f"&#x{ord(digit):x};" for digit in " ".join(usual)),
    ]  # fmt: skip


@st.composite
def written(draw: st.DrawFn) -> str:
    """A number as it may be typed, pasted or sent in one text."""
    if draw(st.booleans()):
        return draw(NHS_NUMBERS.flatmap(lambda number: st.sampled_from(_written_otherwise(number))))
    parts = draw(pieces().filter(bool))
    return draw(st.sampled_from(SEPARATORS)).join(parts)
