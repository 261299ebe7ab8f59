"""KETJU_OFFLINE.INI of the system before: read as it is, reported, and nothing is set up from it."""

from server_push.registers.machine_list import read_machines
from server_push.registers.old_settings import read_old_settings

INI = (
    r"""; siirrettävät tiedostot
[SIIRTO]
SOURCE1=\\srv\ketju\HINNAT.DAT
TARGET1=C:\KETJU\offlineHINNAT.DAT
SOURCE2=\\srv\ketju\ASIAKAS.DAT
TARGET2=C:\KETJU\ASIAKAS.BAK
TARGET3=yksin.dat
[TIEDOSTOT]
MYYJÄT.DAT=offlineMYYJÄT.DAT
AIKA = 22:00
roskaa
""".replace("\n", "\r\n")
    + "\x1aroskaa lopun jälkeen"
)


def test_sources_and_targets_are_paired_and_the_rule_is_checked():
    read = read_old_settings(INI.encode("cp1252"))
    assert [(one.row, one.source.split("\\")[-1], one.keeps_the_rule) for one in read.copies] == [
        (3, "HINNAT.DAT", True),
        (5, "ASIAKAS.DAT", False),
        (9, "MYYJÄT.DAT", True),
    ]
    assert read.to_wire()["against_the_rule"] == [5]


def test_what_is_not_understood_is_listed_and_what_stands_after_the_files_end_is_not():
    read = read_old_settings(INI.encode("utf-8"))
    assert read.unclear == ((7, "TARGET3=yksin.dat"), (10, "AIKA = 22:00"), (11, "roskaa"))


def test_a_source_without_a_target_is_told():
    assert read_old_settings(b"SOURCE1=a.dat\n").unclear == ((1, "a.dat"),)


def test_the_list_of_machines_has_comments_of_every_kind_and_a_dos_end():
    data = b"# kassat\r\nREM vanha\r\n; x\r\n// y\r\nKASSA1\r\n\\\\KASSA2\r\nREMONTTI\r\n\x1a"
    assert [machine.name for machine in read_machines(data)] == ["KASSA1", "KASSA2", "REMONTTI"]
