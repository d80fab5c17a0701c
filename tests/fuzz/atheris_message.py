"""Guess hostile messages, guided by what they reach in the code: ``make fuzz ONLY=message``.

An exception, or one message that takes more than ten seconds, ends it; the message is left in ``var/fuzz/message``.
"""

import sys
from contextlib import suppress
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["pforte.mail"]):
    from test_message_fuzz import judge

    from pforte.mail.fields.content import file_name, read_content
    from pforte.mail.fields.date import read_date
    from pforte.mail.fields.encoded_words import decode_words
    from pforte.mail.fields.mailboxes import read_mailboxes
    from pforte.mail.fields.message_id import read_message_id
    from pforte.mail.fields.tokens import MalformedError

SEEDS = Path(__file__).parents[1] / "samples"
GRAMMARS = (read_date, read_message_id, read_mailboxes, decode_words)
LONGEST_SEED = 4_096
LONGEST = 16_384


def try_one(octets: bytes) -> None:
    """Read octets by the grammar that the first of them chooses, or judge them as a message."""
    if octets[:1] >= b"\xf0":
        text = octets[1:].decode("utf-8", "surrogateescape")
        for read in GRAMMARS:
            with suppress(MalformedError):
                read(text)
        file_name(read_content(text), read_content(text, slashed=True))
        return
    message = judge(octets, "SMTPUTF8")
    for part in message.structure.parts:
        part.text()
        _ = part.file_name


def plant(folder: Path) -> None:
    """Put the samples of the checks into the corpus, and their fields as texts for the grammars."""
    folder.mkdir(parents=True, exist_ok=True)
    for sample in sorted(SEEDS.glob("mail.*/*/*.eml")):
        raw = sample.read_bytes()
        name = "-".join(sample.parts[-3:])
        if len(raw) <= LONGEST_SEED:
            (folder / name).write_bytes(raw)
            for number, line in enumerate(raw.splitlines()[:8]):
                (folder / f"{name}-{number}").write_bytes(b"\xff" + line.partition(b":")[2])


if __name__ == "__main__":
    corpus = Path("var/fuzz/message/corpus")
    plant(corpus)
    found = corpus.parent / "found-"
    bounds = [f"-artifact_prefix={found}", f"-max_len={LONGEST}", "-timeout=10", "-rss_limit_mb=1024"]
    atheris.Setup([sys.argv[0], *bounds, *sys.argv[1:], str(corpus)], try_one)
    atheris.Fuzz()
