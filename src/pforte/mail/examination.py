"""A whole mail judged at once: for whoever asks after the dialogue, and for files."""

from dataclasses import replace

from pforte.mail.checks.declaration import Stage
from pforte.mail.facts import Facts
from pforte.mail.message import Message
from pforte.mail.policy import Policy
from pforte.mail.reception import Inquiry
from pforte.mail.verdict import Verdict


async def examine(policy: Policy, inquiry: Inquiry, facts: Facts, raw: bytes) -> tuple[Facts, Verdict]:
    """Ask the checks of every stage about a mail.

    Args:
        policy: the rules.
        inquiry: finds facts out.
        facts: session and envelope, all that the dialogue told.
        raw: the message.

    Returns:
        All facts, and one verdict over all findings.
    """
    facts = await inquiry.of_client(facts)
    facts = await inquiry.of_sender(facts)
    if facts.envelope.recipients:
        facts = await inquiry.of_recipient(facts)
    facts = await inquiry.of_message(replace(facts, message=Message(raw)))
    findings = [finding for stage in Stage for finding in policy.ask(stage, facts)]
    return facts, policy.judge(findings, facts, facts.envelope.recipients)
