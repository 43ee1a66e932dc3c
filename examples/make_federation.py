"""Writes federation-40.yaml: a made-up federation of 40 PCNs, the same every time.

    python examples/make_federation.py

No such places, people, codes or numbers exist. Some PCNs are unusual on purpose: the first has one practice, the
second fourteen; every third has a manager who runs two practices; every fifth a practice with a shared mailbox; every
fourth a clinical director who also leads at a member practice, and so signs with an interest.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from pathlib import Path
from random import Random

PCNS = 40
SEED = 2026
OUT = Path(__file__).with_name("federation-40.yaml")

PLACES = (
    "Amberley", "Ashcombe", "Beacon Hill", "Birchwood", "Blackthorn", "Bramble Cross", "Castle Mead", "Chalk Farm End",
    "Coldbrook", "Copper Beech", "Cranmoor", "Dene Valley", "Eastwater", "Elder Bank", "Fairlight", "Fernhill",
    "Foxglove", "Glebe Park", "Greenacre", "Hartsfield", "Hazelmere End", "Highmarsh", "Holly Cross", "Ivybridge Row",
    "Kestrel", "Kingsbarrow", "Larkhall", "Limetree", "Longmeadow", "Maple Green", "Millrace", "Northlea",
    "Orchard Vale", "Pennyfields", "Quarry Bank", "Ravensdale", "Saltmarsh", "Thornbury End", "Underwood", "Westhaven",
)  # fmt: skip
KINDS = ("Surgery", "Medical Centre", "Practice", "Health Centre", "Group Practice")
TREES = (
    "Acorn", "Alder", "Ash", "Aspen", "Bay", "Beech", "Cedar", "Cherry", "Elm", "Fir", "Hawthorn", "Hazel", "Holly",
    "Juniper", "Laurel", "Lime", "Maple", "Myrtle", "Oak", "Pear", "Pine", "Plane", "Poplar", "Rowan", "Spruce", "Willow",
)  # fmt: skip
GIVEN = (
    "Aaron", "Aisha", "Alan", "Amara", "Anita", "Ben", "Carla", "Chidi", "Claire", "Dilip", "Ella", "Emeka", "Farah",
    "Gareth", "Hana", "Imran", "Ines", "Jack", "Jasmin", "Kofi", "Lena", "Liam", "Mei", "Nadia", "Noor", "Olga", "Omar",
    "Paula", "Rahul", "Rosa", "Sana", "Seth", "Tara", "Uma", "Vera", "Will", "Yusuf", "Zoe",
)  # fmt: skip
FAMILY = (
    "Adams", "Ahmed", "Baker", "Banerjee", "Bell", "Byrne", "Campbell", "Choi", "Cooper", "Das", "Doyle", "Edwards",
    "Fisher", "Gill", "Green", "Hughes", "Hussain", "Iqbal", "Jones", "Kaur", "Khan", "King", "Lewis", "Malik", "Mensah",
    "Murphy", "Ncube", "Okoro", "Owen", "Patel", "Price", "Rao", "Roberts", "Scott", "Singh", "Stone", "Taylor", "Walsh",
)  # fmt: skip
#: Roles at the PCN, by the person who holds them.
OFFICE = (
    ("pcn_manager",), ("pcn_admin", "business_manager"), ("digital_transformation_lead",), ("clinical_lead",),
    ("iif_lead",), ("finance_lead", "hr_lead"), ("caldicott_ig_lead",),
)  # fmt: skip


class Names:
    """People with an id, a name and an address of their own; a phone number from the range kept for drama."""

    def __init__(self, dice: Random) -> None:
        self.dice = dice
        self.seen: dict[str, int] = {}
        self.count = 0

    def person(self, domain: str, title: str = "") -> tuple[str, str]:
        """An id, and the line of YAML that describes them."""
        given, family = self.dice.choice(GIVEN), self.dice.choice(FAMILY)
        base = f"{given}-{family}".lower()
        self.seen[base] = number = self.seen.get(base, 0) + 1
        who = base if number == 1 else f"{base}-{number}"
        self.count += 1
        phone = f"01632 960{self.count % 1000:03d}"
        email = f"{who.replace('-', '.')}@{domain}"
        return who, f'      - {{id: {who}, name: {title}{given} {family}, email: {email}, phone: "{phone}"}}'


def domain_of(name: str) -> str:
    return "".join(name.lower().split()) + ".example"


def practices_in(number: int, dice: Random) -> int:
    """Most PCNs have four to eight practices; design for one and for many."""
    return {0: 1, 1: 14}.get(number, dice.randint(4, 8))


class Holders:
    """The people of one PCN and the roles they hold, as lines of YAML."""

    def __init__(self, names: Names) -> None:
        self.names = names
        self.people, self.roles = list[str](), list[str]()

    def add(self, domain: str, held: tuple[tuple[str, str], ...], title: str = "") -> str:
        who, line = self.names.person(domain, title)
        self.people.append(line)
        self.hold(who, held)
        return who

    def hold(self, who: str, held: tuple[tuple[str, str], ...]) -> None:
        self.roles.extend(
            f"      - {{role: {role}, at: {at}, person: {who}, from: 2025-04-01}}" for role, at in held
        )


def pcn(number: int, first_practice: int, dice: Random, names: Names) -> Iterator[str]:
    """The lines of one PCN. Its practices are numbered from `first_practice`."""
    place = PLACES[number]
    code = f"U{70001 + number}"
    size = practices_in(number, dice)
    yield f"  - code: {code}"
    yield f"    name: {place} PCN"
    yield f"    commissioners: [QZ{'XYZ'[number % 3]}]"
    yield "    board_rule: One vote for each practice; quorate with more than half; a majority of those present decides."
    holders, office = Holders(names), domain_of(f"{place} pcn")
    for held in OFFICE:
        holders.add(office, tuple((role, code) for role in held))
    yield "    practices:"
    lead = yield from practices(number, first_practice, size, dice, holders)
    board = (("pcn_board", code), ("deputy_clinical_director", code))
    if number % 4 == 0:
        holders.hold(lead, (("clinical_director", code),))
        holders.add(office, board, "Dr ")
    else:
        holders.add(office, (("clinical_director", code),), "Dr ")
        holders.hold(lead, board)
    yield "    people:"
    yield from holders.people
    yield "    roles:"
    yield from holders.roles


def practices(
    number: int, first: int, size: int, dice: Random, holders: Holders
) -> Generator[str, None, str]:
    """The lines of the practices of a PCN; who leads at the last of them."""
    manager, lead = "", ""
    for index, tree in enumerate(dice.sample(TREES, size)):
        practice = f"Y{70001 + first + index}"
        name = f"{tree} {dice.choice(KINDS)}"
        patients = dice.randint(3_000, 16_000)
        weighted = round(patients * dice.uniform(0.93, 1.08))
        domain = domain_of(f"{tree} {practice}")
        mailbox = f", mailbox: office@{domain}" if number % 5 == 0 and index == size - 1 else ""
        yield f"      - {{code: {practice}, name: {name}, list_size: {patients}, weighted_list_size: {weighted}{mailbox}}}"
        if number % 3 == 0 and index == 1:
            holders.hold(manager, (("practice_manager", practice),))
        else:
            manager = holders.add(domain, (("practice_manager", practice),))
        lead = holders.add(domain, (("gp_lead", practice),), "Dr ")
    return lead


def lines() -> Iterator[str]:
    """The whole file."""
    dice = Random(SEED)
    names = Names(dice)
    yield "# A made-up federation of 40 PCNs, written by make_federation.py. No such places, people or codes exist."
    yield "pcns:"
    first = 0
    for number in range(PCNS):
        block = list(pcn(number, first, dice, names))
        first += sum("list_size" in line for line in block)
        yield from block


if __name__ == "__main__":
    OUT.write_text("\n".join(lines()) + "\n", encoding="utf-8")
    print(f"{OUT.name}: {PCNS} PCNs")
