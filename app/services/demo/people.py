"""Invented people of many countries, with the names that real lists hold.

Accents, one-word names, long names, and scripts other than Latin, some transliterated
and some not: each is a case that pages, documents and searches have to bear.
"""

import random
from dataclasses import dataclass
from datetime import date, timedelta

# First names, then family names, by where the people come from.
NAMES: dict[str, tuple[str, str]] = {
    "italian": (
        "Giulia Francesco Sofia Lorenzo Niccolò Beatrice Matteo Chiara Aurora Tommaso"
        " Ginevra Pietro Anna Davide Noemi Édoardo",
        "Rossi Ferrari Esposito Bianchi Ricci De_Luca D'Angelo Dell'Orso Lo_Presti"
        " Niccolò Conti Galli Fabbri Santoro",
    ),
    "spanish": (
        "Lucía Martín María_José Álvaro Inés Íñigo Sofía Begoña",
        "García_López Núñez_Peña Fernández_de_Córdoba Muñoz Ibáñez_Sáez Güell",
    ),
    "polish": (
        "Zuzanna Łukasz Małgorzata Wojciech Agnieszka Paweł",
        "Wiśniewska Kowalczyk Wójcik Źdźbło Dąbrowski Śliwa",
    ),
    "german": (
        "Jürgen Anneliese Björn Käthe Maximilian",
        "Müller Größer von_der_Heide Weiß Schäfer",
    ),
    "french": (
        "Zoé François Maëlle Hélène Jérôme",
        "Lefèvre d'Aubigné Besançon L'Hôpital Gérard-Dubois",
    ),
    "vietnamese": ("Ngọc_Ánh Thị_Hằng Minh_Đức Quốc_Bảo", "Nguyễn Trần Phạm Đặng Võ"),
    "turkish": ("Ayşe Çağrı Gülşen İbrahim Ömer", "Yılmaz Şahin Öztürk Güneş"),
    "arabic, in Latin letters": (
        "Fatima Omar Yusra Abd_al-Rahman Layla",
        "El-Amrani Al-Khatib Ben_Youssef Haddad",
    ),
    "chinese, in Latin letters": ("Xiaoming Lü Mei Wei", "Wang Lǐ Zhang Ōuyáng"),
    "irish": ("Siobhán Oisín Caoimhe Pádraig", "O'Brien Ó_Dálaigh Mac_Giolla_Phádraig"),
    "greek": ("Ελένη Γιώργος Μαρία Νίκος", "Παπαδοπούλου Οικονόμου Αγγελόπουλος"),
    "cyrillic": ("Мария Дмитрий Олексій Ђорђе", "Иванова Шевченко Ћосић Кузнецов"),
    "arabic": ("محمد فاطمة ليلى", "الخطيب حداد العمراني"),
    "hebrew": ("נועה דוד יעל", "כהן לוי"),
    "chinese": ("小明 美玲 伟", "王 李 欧阳"),
    "japanese": ("さくら 健太 結衣", "佐藤 鈴木 高橋"),
    "georgian and armenian": ("ნინო Արամ გიორგი", "ბერიძე Հակոբյան მაისურაძე"),
}
# How often each occurs among a hundred candidates, in the order above.
WEIGHTS = (52, 8, 7, 4, 4, 4, 3, 5, 3, 2, 2, 2, 1, 1, 1, 1, 1)
# People who have one name, and names as long as the column allows for.
ONE_NAME = ("Suharto", "Indira", "Björk", "Мадина")
LONG = (
    "Maria Teresa Francesca Immacolata Concetta",
    "Fernández de Córdoba y Álvarez de Toledo-Wittgenstein",
)


@dataclass(frozen=True)
class Person:
    """An invented candidate."""

    first_name: str
    family_name: str
    date_of_birth: date
    email: str


def person(draw: random.Random, number: int, exam_date: date) -> Person:
    """Return one invented candidate, of an age at which people sit exams."""
    first, family = _name(draw)
    years = draw.choices((12, 15, 17, 19, 26, 41, 61), (8, 22, 34, 18, 11, 6, 1))[0]
    born = exam_date - timedelta(days=365 * years + draw.randrange(365))
    return Person(first, family, born, f"candidate{number}@mail.example")


def _name(draw: random.Random) -> tuple[str, str]:
    chance = draw.random()
    if chance < 0.006:
        return "", draw.choice(ONE_NAME)
    if chance < 0.009:
        return LONG
    origin = draw.choices(list(NAMES), WEIGHTS)[0]
    firsts, families = (words.split() for words in NAMES[origin])
    first, family = draw.choice(firsts), draw.choice(families)
    return first.replace("_", " "), family.replace("_", " ")
