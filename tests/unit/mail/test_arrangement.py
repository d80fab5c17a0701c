"""The policy is what the settings say."""

from dataclasses import replace
from ipaddress import ip_address

from mail_house import CHECK, facts

from pforte.mail.arrangement import house_of, policy_of
from pforte.mail.checks.declaration import Action, finding_of
from pforte.settings.mail import MailSettings, RecipientSettings
from pforte.settings.table import CheckSettings, Settings

FINDING = finding_of("mail.wrong", b"x", "right", what="y")


def action(settings, recipient="b@example.org", found=None, *, watching=False):
    policy = policy_of(settings, watching=watching, checks=(CHECK,))
    (judged,) = policy.judge([FINDING], found or from_address("192.0.2.1"), [recipient]).judged
    return judged.action


def test_modes_come_from_the_preset_the_check_or_the_recipient():
    assert action(Settings()) is Action.REJECT
    settings = Settings(check={"mail.wrong": CheckSettings(mode="mark")})
    assert action(settings) is Action.MARK
    settings = replace(settings, recipient=(RecipientSettings(domain="Example.org", defer=("mail.wrong",)),))
    assert action(settings) is Action.DEFER
    assert action(settings, "b@elsewhere.example") is Action.MARK


def test_a_new_installation_only_watches():
    assert action(Settings(), watching=True) is Action.WATCH


def from_address(address, user=""):
    found = facts()
    return replace(found, session=replace(found.session, user=user, address=ip_address(address)))


def test_a_network_that_is_exempt_is_only_watched():
    settings = Settings(mail=MailSettings(exempt_networks=("192.0.2.0/24",)))
    assert action(settings, found=from_address("192.0.2.1")) is Action.WATCH
    assert action(settings, found=from_address("198.51.100.1")) is Action.REJECT
    assert action(settings, found=from_address("2001:db8::1")) is Action.REJECT


def test_who_has_authenticated_is_only_watched():
    assert action(Settings(), found=from_address("192.0.2.1", user="somebody")) is Action.WATCH


def test_the_house_has_its_own_name_or_the_machine_s():
    assert house_of(Settings(), "here.example").host == "here.example"
    mail = MailSettings(host="mx.example", domains=("Example.org",))
    house = house_of(Settings(mail=mail), "here.example")
    assert (house.host, house.domains) == ("mx.example", frozenset({"example.org"}))


def test_a_domain_is_one_however_it_is_written():
    own = (
        RecipientSettings(domain="Strict.example.", defer=("mail.wrong",)),
        RecipientSettings(domain="bücher.example", mark=("mail.wrong",)),
    )
    settings = Settings(
        recipient=own, mail=MailSettings(exempt_recipients=("Anna@Free.example.", "all.example.", "Root"))
    )
    for domain in ("strict.example", "STRICT.example.", "\N{FULLWIDTH LATIN SMALL LETTER S}trict.example"):
        assert action(settings, f"u@{domain}") is Action.DEFER
    for domain in ("Bücher.example", "xn--bcher-kva.example."):
        assert action(settings, f"u@{domain}") is Action.MARK
    for spared in ("anna@free.example.", "ANNA@FREE.example", "u@all.example", "u@all.example.", "root"):
        assert action(settings, spared) is Action.MARK
    assert action(settings, "u@free.example.") is Action.REJECT


def test_the_house_knows_its_domains_however_they_are_written():
    mail = MailSettings(domains=("Bücher.example.",), sealers=("LISTS.example.",))
    house = house_of(Settings(mail=mail), "here.example")
    assert (house.domains, house.sealers) == (
        frozenset({"xn--bcher-kva.example"}),
        frozenset({"lists.example"}),
    )
