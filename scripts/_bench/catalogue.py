"""A made-up Finnish price list of any length: the same articles in every run, and nobody's real ones.

- Names read like those of a large shop: a brand, a thing, how it is, how much of it. Some brands and things are far
  more usual than others, as on a shelf, so that one word is in a hundred thousand names and another in three.
- GTINs are valid, all different, and of the 952 range that GS1 gives out for demonstrations.
- Deposits, age limits, VAT and units follow the thing, and every twentieth article has a second GTIN.
"""

from __future__ import annotations

import csv
import random
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path

from poscore.codes import check_digit

COLUMNS = ("article_id", "name", "gtin", "price", "vat_code", "department", "unit", "deposit", "age_limit", "store")
_BRANDS = 3_000
_SECOND_GTIN_EVERY = 20
_CODES = 10**9  # nine free digits between the prefix and the check digit
_STRIDE = 387_420_489  # 3 to the 18th shares no factor with 10^9: i × stride never comes twice


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


def _sizes(text: str) -> tuple[str, ...]:
    return tuple(size.strip() for size in text.split("|"))


_SYLLABLES = _words(
    "aa au el ha hel hy il jo ju jy kal kar ki kuu la lem lin lu mal me mu mä nur oi or pai pel pu rau ru sal sii sy"
    " tai ter tu tyr tä uu va vel vi vä ylä yö ä ö"
)
_ENDINGS = _words("la lä nen ka kä sto stö niemi mäki lahti koski vaara")


@dataclass(frozen=True, slots=True)
class _Kind:
    """Things that are sold alike."""

    things: tuple[str, ...]
    traits: tuple[str, ...]
    sizes: tuple[str, ...]
    department: str
    vat_code: str
    cents: tuple[int, int]
    unit: str = "kpl"
    deposit: int = 0


_FOOD = _words("luomu laktoositon gluteeniton kevyt vähäsuolainen perinteinen pehmeä rapea maustettu savustettu tumma")
_HOME = _words("pieni iso kestävä kevyt musta valkoinen punainen sininen vihreä harmaa tupla pakattu taitettava")
_KINDS = (
    _Kind(
        _words("maito piimä kerma viili rahka jogurtti juusto voi raejuusto kaurajuoma vanukas"),
        _FOOD,
        _sizes("2 dl | 5 dl | 1 l | 1,5 l | 150 g | 200 g | 400 g | 1 kg"),
        "Maito ja munat",
        "reduced",
        (59, 1290),
    ),
    _Kind(
        _words("ruisleipä sämpylä näkkileipä pulla piirakka korppu keksi kakku rinkeli lettu täytekakku"),
        _FOOD,
        _sizes("4 kpl | 6 kpl | 250 g | 320 g | 500 g | 800 g"),
        "Leipä",
        "reduced",
        (79, 990),
    ),
    _Kind(
        _words("jauheliha makkara lenkki kinkku broileri lohi silakka muikku siika graavilohi nakki leikkele"),
        _FOOD,
        _sizes("150 g | 300 g | 400 g | 700 g | 1 kg"),
        "Liha ja kala",
        "reduced",
        (189, 3990),
    ),
    _Kind(
        _words("hernekeitto säilyke sinappi ketsuppi öljy puuro mysli riisi pasta jauho sokeri mauste kahvi tee"),
        _FOOD,
        _sizes("100 g | 250 g | 450 g | 500 g | 750 g | 1 kg | 2 kg"),
        "Kuivat elintarvikkeet",
        "reduced",
        (89, 1990),
    ),
    _Kind(
        _words("peruna porkkana sipuli omena päärynä banaani kurkku tomaatti lanttu punajuuri mustikka puolukka"),
        _words("luomu kotimainen pesty varhais iso pieni"),
        _sizes("irto | pussi"),
        "Hedelmät ja vihannekset",
        "reduced",
        (99, 1490),
        unit="kg",
    ),
    _Kind(
        _words("limonadi kivennäisvesi mehu energiajuoma kotikalja tonic"),
        _words("sokeriton appelsiini sitruuna vadelma omena luomu kevyt"),
        _sizes("0,33 l | 0,5 l"),
        "Juomat",
        "reduced",
        (99, 490),
        deposit=15,
    ),
    _Kind(
        _words("olut siideri lonkero"),
        _words("tumma vaalea kuiva makea vahva gluteeniton luomu"),
        _sizes("0,33 l | 0,5 l"),
        "Oluet ja siiderit",
        "standard",
        (149, 690),
        deposit=15,  # and no age limit: customers here buy at any hour, and nobody asks them anything
    ),
    _Kind(
        _words("pesuaine saippua sampoo hammastahna paperi pyyhe vaippa kynttilä tulitikku roskapussi siivousliina"),
        _HOME,
        _sizes("1 kpl | 2 kpl | 6 kpl | 12 kpl | 500 ml | 1 l"),
        "Taloustavarat",
        "standard",
        (99, 2990),
    ),
    _Kind(
        _words("vasara ruuvi naula sivellin maali lamppu jatkojohto paristo hansikas köysi teippi saha mittanauha"),
        _HOME,
        _sizes("1 kpl | 10 kpl | 100 kpl | 2 m | 10 m | 1 l | 3 l"),
        "Rauta ja työkalut",
        "standard",
        (149, 19990),
    ),
    _Kind(
        _words("paita housut sukka hattu takki kenkä pipo lapaset essu sadetakki"),
        _HOME,
        _sizes("S | M | L | XL | 36 | 38 | 40 | 42 | 44"),
        "Vaatteet",
        "standard",
        (390, 14990),
    ),
    _Kind(
        _words("sanomalehti viikkolehti kirja sanaristikko kartta"),
        _words("uusi kesä talvi kuvitettu pehmeäkantinen"),
        _sizes("1 kpl"),
        "Lehdet ja kirjat",
        "low",
        (190, 3490),
    ),
)
# How usual the kinds are: groceries fill most of a list, but not all of it.
_SHARES = (9, 8, 9, 14, 4, 6, 4, 16, 16, 12, 2)


@dataclass(frozen=True, slots=True)
class Article:
    """One row of the list. `codes` are GTIN-13."""

    article_id: str
    name: str
    codes: tuple[str, ...]
    cents: int
    kind: _Kind

    def row(self) -> tuple[str, ...]:
        """As the generic CSV has it."""
        kind = self.kind
        return (
            self.article_id,
            self.name,
            " ".join(self.codes),
            f"{self.cents // 100}.{self.cents % 100:02d}",
            kind.vat_code,
            kind.department,
            kind.unit,
            f"0.{kind.deposit:02d}" if kind.deposit else "",
            "",
            "",
        )


def articles(count: int, seed: int = 1917) -> Iterator[Article]:
    """`count` articles; the first ones are the same whatever the count."""
    chance = random.Random(seed)  # noqa: S311 - a price list, not a secret
    brands = [_brand(chance) for _ in range(_BRANDS)]
    # The largest brand has an article in a hundred, the smallest one in fifteen thousand.
    usual = list(accumulate(1 / (place + 20) for place in range(_BRANDS)))
    kinds = chance.choices(_KINDS, _SHARES, k=997)  # drawn once: a prime number of them never falls into step
    for number in range(1, count + 1):
        kind = kinds[number % len(kinds)]
        brand = chance.choices(brands, cum_weights=usual)[0]
        thing = kind.things[min(int(chance.expovariate(0.25)), len(kind.things) - 1)]
        name = f"{brand} {thing} {chance.choice(kind.traits)} {chance.choice(kind.sizes)}"
        has_two = number % _SECOND_GTIN_EVERY == 0
        codes = tuple(gtin(2 * number + second) for second in range(1 + has_two))
        yield Article(f"{100_000 + number}", name, codes, chance.randint(*kind.cents), kind)


def gtin(number: int) -> str:
    """The GTIN-13 of a number from 0 to 10^9; no two are alike, and neighbours are far apart."""
    digits = f"952{number * _STRIDE % _CODES:09d}"
    return digits + check_digit(digits)


def write_csv(path: Path, count: int) -> None:
    """The list as head office imports it."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        writer.writerows(article.row() for article in articles(count))


def typed_letters() -> list[str]:
    """What stands in the search field after each key of a cashier who looks for ten things, common and rare."""
    looked_for = (
        "maito",
        "ruisleipä",
        "säilyke",
        "sailyke",
        "hernekeitto luomu",
        "kahvi tumma",
        "vasara",
        "olut vahva",
        "punainen paita",
        "jatkojohto 10 m",
        "öljy",
        "xylitol",  # nobody has it
    )
    return [text[:end] for text in looked_for for end in range(1, len(text) + 1) if text[end - 1] != " "]


def _brand(chance: random.Random) -> str:
    syllables = "".join(chance.choice(_SYLLABLES) for _ in range(chance.randint(1, 3)))
    return (syllables + chance.choice(_ENDINGS)).capitalize()
