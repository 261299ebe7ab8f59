"""The demo's shop: writes articles.csv, customers.csv and cashiers.csv beside itself.

    python scripts/demo_data/make.py

- Everything is made up for this project. Codes begin with 952, the GS1 prefix set aside for demonstrations, or with 20
  or 2, which a shop uses inside its own walls: none of them is on any product. Business ids have the right form and
  check digit and lie above all that have been given out.
- The same program gives the same bytes: an article keeps its number and its codes as long as its row keeps its place,
  so new rows go to the end of the table.
- What a price list does to a till is all in it: articles with two codes, one code on two articles, a code of eight
  digits, deposits alone and in multipacks, age limits, and each rate of VAT.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from pathlib import Path

HERE = Path(__file__).resolve().parent
FIRST_NUMBER = 1001

# A department, its VAT code, and its rows: name | price [| deposit=0.15] [| age=18] [| extra code or code of its own].
# `also` is a second code of the same article; `as` shares the code of another article, by name, so that the till asks.
TABLE = """
# Maito ja munat: reduced
Kevytmaito 1 l | 1.15
Kevytmaito 1,5 l | 1.65
Rasvaton maito 1 l | 1.09
Täysmaito 1 l | 1.25
Luomumaito 1 l | 1.59
Laktoositon kevytmaitojuoma 1 l | 1.69
Piimä 1 l | 1.19
Kaurajuoma 1 l | 1.89 | also
Mantelijuoma 1 l | 2.29
Kuohukerma 2 dl | 1.35
Vispikerma laktoositon 2 dl | 1.79
Ruokakerma 15 % 2 dl | 1.05
Kermaviili 200 g | 0.75
Smetana 42 % 200 g | 1.65
Ranskankerma 200 g | 1.49
Maustamaton jogurtti 1 kg | 2.39
Mansikkajogurtti 1 kg | 2.79
Mustikkajogurtti 150 g | 0.65
Vaniljarahka 200 g | 1.15
Maitorahka 250 g | 1.09
Viili 200 g | 0.69
Raejuusto 200 g | 1.49
Voi normaalisuolainen 500 g | 4.95
Kasvimargariini 400 g | 1.99
Kerma-Edam viipaleet 300 g | 3.69
Emmental-juusto 400 g | 5.29 | also
Leipäjuusto 200 g | 3.95
Tuorejuusto 200 g | 1.95
Sulatejuusto 250 g | 2.49
Mozzarella 125 g | 1.29
Kananmunat M 10 kpl | 2.49
Vapaan kanan munat L 6 kpl | 2.15
Luomumunat M 10 kpl | 3.95
# Leipä: reduced
Ruisleipä 9 kpl 500 g | 2.19 | also
Ruispala 6 kpl 330 g | 1.99
Kauraleipä 350 g | 2.45
Ranskanleipä 400 g | 1.79
Paahtoleipä vehnä 500 g | 1.29
Paahtoleipä kaura 320 g | 1.69
Hapankorppu 200 g | 1.55
Näkkileipä ruis 300 g | 1.45
Karjalanpiirakka 1 kpl | 0.89 | store-code
Lihapiirakka 1 kpl | 1.59 | store-code
Korvapuusti 1 kpl | 1.95 | store-code
Munkkirinkilä 1 kpl | 1.20 | store-code
Rahkapulla 1 kpl | 1.65 | store-code
Sämpylä 1 kpl | 0.55 | store-code
Croissant 1 kpl | 1.25 | store-code
Pulla pitko 400 g | 2.95
Kääretorttu mansikka 250 g | 2.79
Mustikkapiirakka 600 g | 5.95
Gluteeniton leipä 300 g | 3.95
Tortilla vehnä 8 kpl | 1.89
Pitaleipä 6 kpl | 1.59
# Hedelmät ja vihannekset: reduced
Omenapussi kotimainen 1 kg | 2.99
Banaaniterttu | 1.49
Appelsiinipussi 1 kg | 2.29
Mandariinipussi 750 g | 2.49
Päärynäpussi 1 kg | 2.95
Viinirypäle vihreä 500 g | 2.99
Kiivi 4 kpl | 1.60
Sitruuna 1 kpl | 0.45
Avokado 2 kpl | 1.99
Mustikka 200 g | 2.99
Mansikka kotimainen 500 g | 5.90
Vadelma 125 g | 2.79
Peruna yleispussi 2 kg | 2.19
Varhaisperuna 1 kg | 2.49
Bataatti 500 g | 1.79
Porkkanapussi 1 kg | 1.19
Lanttu 1 kpl | 1.35
Punajuuri 1 kg | 1.65
Sipuli 500 g | 0.85
Punasipuli 500 g | 1.15
Valkosipuli 2 kpl | 0.99
Purjo 1 kpl | 1.25
Kurkku kotimainen 1 kpl | 1.39
Tomaatti kotimainen 500 g | 2.19
Kirsikkatomaatti 250 g | 1.89
Paprika punainen 1 kpl | 1.09
Kaali 1 kpl | 1.95
Kukkakaali 1 kpl | 2.49
Parsakaali 250 g | 1.59
Jäävuorisalaatti 1 kpl | 1.69
Ruukkusalaatti | 1.19
Ruukkutilli | 1.49
Ruukkubasilika | 1.99
Herkkusieni 200 g | 1.75
Retiisi nippu | 0.99
Inkivääri 100 g | 0.79
# Liha ja kala: reduced
Naudan jauheliha 10 % 400 g | 4.95
Sika-nauta jauheliha 400 g | 3.29
Broilerin fileesuikale 300 g | 3.99
Broilerin koipireisi 1 kg | 4.49
Porsaan ulkofilee 500 g | 5.95
Naudan paistisuikale 400 g | 6.95
Lenkkimakkara 400 g | 2.69
Grillimakkara 400 g | 2.95
Nakki 280 g | 1.99
Keittokinkku ohut 150 g | 2.29
Meetvursti 150 g | 2.59
Kalkkunaleike 200 g | 2.79
Maksamakkara 200 g | 1.49
Pekoni 140 g | 1.99
Lihapullat 350 g | 3.49
Kirjolohifilee 300 g | 6.95
Kylmäsavulohi 150 g | 5.49
Silakkafilee 400 g | 3.95
Muikku 300 g | 4.95
Tonnikala öljyssä 150 g | 1.69 | also
Sillipala 250 g | 3.19
Kalapuikot 250 g | 2.29
Katkarapu pakaste 200 g | 4.29
Äyriäissalaatti 200 g | 3.49
# Valmisruoka ja pakasteet: reduced
Makaronilaatikko 300 g | 2.49
Lihakeitto 300 g | 2.79
Hernekeitto 435 g | 1.85
Pinaattilätyt 300 g | 1.99
Kasvispihvit 280 g | 3.29
Pakastepizza kinkku 320 g | 2.95
Pakastepizza margarita 320 g | 2.75
Ranskalaiset 750 g | 2.49
Wok-vihannekset 500 g | 2.29
Herne-maissi-paprika 500 g | 1.89
Pakastepinaatti 150 g | 0.95
Pakastemansikka 500 g | 3.95
Pakastemustikka 500 g | 5.49
Puolukka pakaste 500 g | 3.99
Vaniljajäätelö 1 l | 3.49
Suklaajäätelö 1 l | 3.49
Jäätelötuutti 1 kpl | 1.95
Mehujää 6 kpl | 2.95
Tofu maustamaton 270 g | 2.49
Härkäpapuvalmiste 250 g | 3.29
# Kuivat elintarvikkeet: reduced
Kaurahiutale 1 kg | 1.49
Ruisjauho 1 kg | 1.39
Vehnäjauho 2 kg | 1.69 | also
Hiivaleipäjauho 1 kg | 1.29
Mannasuurimo 500 g | 1.15
Puuroriisi 1 kg | 2.19
Pitkäjyväinen riisi 1 kg | 2.29
Jasminriisi 1 kg | 2.95
Makaroni tumma 400 g | 0.99
Spagetti 500 g | 1.09
Tagliatelle 500 g | 1.95
Tomaattimurska 390 g | 0.89
Tomaattipyree 140 g | 0.95
Maissi 340 g | 1.15
Kidneypavut 380 g | 0.99
Kikherneet 380 g | 0.99
Ananas paloina 227 g | 1.35
Persikka viipaleina 410 g | 1.65
Suolakurkku 680 g | 2.49
Etikkapunajuuri 570 g | 1.99
Hillo mansikka 400 g | 2.49
Hunaja kotimainen 450 g | 5.95
Maapähkinävoi 350 g | 3.49
Mysli 750 g | 3.29
Murot maissi 500 g | 2.89
Sokeri hieno 1 kg | 1.59
Fariinisokeri 500 g | 1.79
Tomusokeri 500 g | 1.69
Suola jodioitu 1 kg | 0.75
Mustapippuri 20 g | 1.49
Kanelijauhe 30 g | 1.39
Kardemumma 15 g | 2.99
Vaniljasokeri 170 g | 1.95
Leivinjauhe 200 g | 1.29
Kuivahiiva 3 x 11 g | 0.85
Rypsiöljy 900 ml | 2.99
Oliiviöljy 500 ml | 7.95
Ketsuppi 1 kg | 2.49
Sinappi väkevä 275 g | 1.35
Majoneesi 250 g | 1.69
Soijakastike 150 ml | 1.99
Lihaliemikuutio 12 kpl | 1.49
Kasvisliemikuutio 12 kpl | 1.49
# Kahvi, tee ja juomat: reduced
Suodatinkahvi vaalea 500 g | 5.49 | also
Suodatinkahvi tumma 500 g | 5.69
Espressopavut 500 g | 7.95
Pikakahvi 200 g | 6.49
Teepussi musta 50 kpl | 2.49
Vihreä tee 25 kpl | 2.29
Kaakaojuomajauhe 500 g | 3.29
Appelsiinimehu 1 l | 1.89
Omenamehu 1 l | 1.69
Mustaherukkamehutiiviste 1 l | 2.95
Kivennäisvesi 0,5 l | 1.14 | deposit=0.20
Kivennäisvesi sitruuna 1,5 l | 1.89 | deposit=0.40
Lähdevesi 0,5 l | 1.09 | deposit=0.20
Kola 0,33 l tölkki | 1.25 | deposit=0.15
Kola 1,5 l | 2.79 | deposit=0.40 | also
Kola sokeriton 1,5 l | 2.79 | deposit=0.40
Kola 24 x 0,33 l tölkki | 19.90 | deposit=3.60
Appelsiinilimonadi 0,5 l | 1.99 | deposit=0.20
Sitruunalimonadi 1,5 l | 2.69 | deposit=0.40
Energiajuoma 0,5 l tölkki | 1.64 | deposit=0.15
Urheilujuoma 0,75 l | 2.49 | deposit=0.20
Kotikalja 1,5 l | 2.39 | deposit=0.40
# Makeiset ja naposteltava: reduced
Maitosuklaa 200 g | 2.49 | short-code
Tumma suklaa 70 % 100 g | 1.99 | short-code
Suklaapatukka 47 g | 1.05
Salmiakkipussi 150 g | 1.59
Lakupussi 180 g | 1.79
Hedelmäkaramelli 220 g | 2.19
Ksylitolipurukumi 80 g | 2.95
Perunalastu suola 250 g | 2.69
Maissilastu 200 g | 2.29
Popcorn mikro 3 x 90 g | 2.49
Pähkinäsekoitus 200 g | 3.49
Keksi täyte 300 g | 2.29
Digestive-keksi 400 g | 2.19
Piparkakku 300 g | 2.49
Rusina 250 g | 1.49
# Olut, siideri ja lonkero: standard
Olut keskivahva 0,33 l tölkki | 1.49 | deposit=0.15 | age=18
Olut keskivahva 0,5 l tölkki | 2.24 | deposit=0.15 | age=18
Olut keskivahva 12 x 0,33 l tölkki | 16.80 | deposit=1.80 | age=18
Olut keskivahva 24 x 0,33 l tölkki | 31.90 | deposit=3.60 | age=18 | also
Olut tumma 0,33 l pullo | 2.60 | deposit=0.10 | age=18
Olut IPA 0,33 l tölkki | 3.45 | deposit=0.15 | age=18
Olut alkoholiton 0,33 l tölkki | 1.19 | deposit=0.15
Siideri omena 0,33 l tölkki | 2.34 | deposit=0.15 | age=18
Siideri päärynä 0,5 l tölkki | 2.94 | deposit=0.15 | age=18
Lonkero greippi 0,33 l tölkki | 2.74 | deposit=0.15 | age=18
Lonkero greippi 0,5 l tölkki | 3.44 | deposit=0.15 | age=18
Viini valkoinen 8 % 0,75 l | 9.90 | deposit=0.10 | age=18
Viini punainen 8 % 0,75 l | 9.90 | deposit=0.10 | age=18
# Tupakka ja arvat: standard
Savukkeet punainen aski | 11.20 | age=18
Savukkeet sininen aski | 11.20 | age=18
Kääretupakka 30 g | 16.90 | age=18
Nikotiinipussi minttu | 5.90 | age=18
Sytytin | 1.50
Tulitikut 6 rasiaa | 1.20
# Koti ja puhtaus: standard
WC-paperi 8 rullaa | 4.95 | also
Talouspaperi 4 rullaa | 3.95
Nenäliina 10 x 10 kpl | 1.79
Lautasliina 50 kpl | 2.29
Astianpesuaine 500 ml | 1.69
Konetiskitabletti 40 kpl | 8.95
Pyykinpesujauhe 1,5 kg | 7.49
Pyykinpesuneste 920 ml | 6.95
Huuhteluaine 750 ml | 2.95
Yleispesuaine 750 ml | 2.49
WC-raikastin | 2.79
Tiskiharja | 1.95
Siivousliina 5 kpl | 2.19
Roskapussi 30 l 20 kpl | 1.89
Biojätepussi 8 l 30 kpl | 2.29
Leivinpaperi 20 arkkia | 1.99
Alumiinifolio 10 m | 2.29
Pakastuspussi 3 l 50 kpl | 1.79
Kynttilä 20 kpl | 4.95
Hautakynttilä 50 h | 2.49
Paristo AA 4 kpl | 4.49
Paristo AAA 4 kpl | 4.49
LED-lamppu E27 | 4.95
Muovikassi | 0.35 | short-code
Paperikassi | 0.25 | short-code
Kestokassi | 1.95
# Hygienia ja terveys: standard
Shampoo 250 ml | 2.95
Hoitoaine 250 ml | 2.95
Suihkusaippua 250 ml | 2.29
Käsisaippua 300 ml | 1.99
Deodorantti 50 ml | 3.49
Hammastahna 75 ml | 2.19
Hammasharja pehmeä | 1.95
Partaterä 4 kpl | 7.95
Terveysside 14 kpl | 2.29
Vauvanvaippa 44 kpl | 9.95
Kosteuspyyhe 72 kpl | 2.49
Laastari 20 kpl | 2.95
Käsivoide 100 ml | 3.29
Aurinkovoide 150 ml | 8.95
# Lemmikit ja sekalaiset: standard
Kissanruoka purkki 85 g | 0.79
Kissanruoka kuiva 1 kg | 4.95
Kissanhiekka 10 l | 5.95
Koiranruoka kuiva 2 kg | 8.95
Koiran puruluu 3 kpl | 2.95
Linnunruoka 1 kg | 2.95
Kukkakimppu pieni | 6.95
Ruukkukukka | 4.95
Grillihiili 2,5 kg | 5.95
Sytytysneste 1 l | 3.95
Sukat 3 paria | 7.95
Kuulokkeet | 14.90
Ystävänpäiväkortti | 2.95
# Lehdet ja kirjat: low
Sanomalehti arki | 3.50
Sanomalehti sunnuntai | 4.90
Aikakauslehti | 8.90
Ristikkolehti | 6.50
Pokkari | 9.90 | also
Sarjakuvalehti | 4.95
# Palvelut: zero
Postimerkki kotimaa | 2.75
Postimerkki ulkomaa | 2.95
# Kausi: reduced
Joulutorttu 4 kpl | 3.95
Glögi alkoholiton 1 l | 2.95
Joulukonvehti 300 g | 5.95
Mämmi 700 g | 3.49
Sima 1,5 l | 3.19 | deposit=0.40
Lahjapakkaus suklaa 200 g | 4.95 | as Maitosuklaa 200 g
"""

# id, name, business id's first seven digits ('' for a person), address, tenders, credit limit, term
CUSTOMERS = [
    ("100", "Rantakylän koulu", "9900001", "Koulutie 4, 00000 Mallila", "invoice account", "2000.00", "14"),
    ("101", "Kahvila Aamutuuli Oy", "9900102", "Satamakatu 1, 00000 Mallila", "invoice account", "1500.00", "14"),
    ("102", "Rakennus Mäki & Pojat Ky", "9900204", "Teollisuustie 12, 00000 Mallila", "invoice", "800.00", "21"),
    ("103", "Päiväkoti Pääskynen ry", "9900304", "Puistotie 7, 00000 Mallila", "account", "500.00", "14"),
    ("104", "Malliseurakunta", "9900405", "Kirkkokatu 2, 00000 Mallila", "invoice account", "3000.00", "30"),
    ("200", "Henkilökunta: Eeva Esimerkki", "", "", "payroll bonus", "200.00", ""),
    ("201", "Henkilökunta: Matti Malli", "", "", "payroll", "200.00", ""),
    ("300", "Kanta-asiakas Liisa Näyte", "", "", "bonus", "", ""),
]
CASHIERS = [
    ("1", "Aino Kassa", "1111", "cashier"),
    ("2", "Väinö Kassa", "2222", "cashier"),
    ("3", "Sirkka Vuoro", "3333", "shift_lead"),
    ("4", "Hilkka Päällikkö", "4444", "manager"),
    ("5", "Teppo Tekniikka", "5555", "technician"),
]


def main() -> None:
    write("articles.csv", "article_id,name,gtin,price,vat_code,department,unit,deposit,age_limit,store", articles())
    write(
        "customers.csv",
        "customer_id,name,business_id,address,email,tenders,credit_limit,payment_term_days",
        customers(),
    )
    write("cashiers.csv", "cashier_id,name,pin,role", CASHIERS)


def articles() -> Iterator[tuple[str, ...]]:
    """The table's rows, each with its number and codes."""
    codes: dict[str, str] = {}
    department = vat_code = ""
    number = FIRST_NUMBER - 1
    for text in filter(None, TABLE.splitlines()):
        if text.startswith("# "):
            department, _, vat_code = text[2:].partition(": ")
            continue
        number += 1
        name, price, *marks = (part.strip() for part in text.split("|"))
        given = dict(mark.split("=") for mark in marks if "=" in mark)
        codes[name] = codes_of(number, [mark for mark in marks if "=" not in mark], codes)
        deposit, age_limit = given.get("deposit", ""), given.get("age", "")
        yield str(number), name, codes[name], price, vat_code, department, "kpl", deposit, age_limit, ""


def codes_of(number: int, marks: list[str], codes: dict[str, str]) -> str:
    """An article's codes, separated by spaces."""
    shared = [codes[mark.removeprefix("as ")] for mark in marks if mark.startswith("as ")]
    if shared:
        return shared[0]
    if "store-code" in marks:  # what the shop's own bakery prints: 20, its number, no price and no weight
        return gtin(f"20{number:010d}")
    if "short-code" in marks:  # GTIN-8 for what is too small for more; 2 is a shop's own range there
        return gtin(f"2{number:06d}")
    first = gtin(f"952{number:09d}")
    return f"{first} {gtin(f'9529{number:08d}')}" if "also" in marks else first


def gtin(digits: str) -> str:
    """`digits` and their GS1 check digit (modulo 10, weights 3 and 1 from the right)."""
    total = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(digits)))
    return f"{digits}{-total % 10}"


def customers() -> Iterator[tuple[str, ...]]:
    for customer_id, name, digits, address, tenders, limit, term in CUSTOMERS:
        email = f"asiakas{customer_id}@esimerkki.example" if digits else ""
        yield customer_id, name, business_id(digits), address, email, tenders, limit, term


def business_id(digits: str) -> str:
    """A Y-tunnus: seven digits and a check digit modulo 11 (weights 7 9 10 5 8 4 2)."""
    if not digits:
        return ""
    rest = sum(int(digit) * weight for digit, weight in zip(digits, (7, 9, 10, 5, 8, 4, 2), strict=True)) % 11
    if rest == 1:
        raise ValueError(f"no Y-tunnus begins with {digits}")
    return f"{digits}-{(11 - rest) % 11}"


def write(name: str, header: str, rows: Iterable[tuple[str, ...]]) -> None:
    with (HERE / name).open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header.split(","))
        writer.writerows(rows)


if __name__ == "__main__":
    main()
