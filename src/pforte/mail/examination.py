"""A whole mail judged at once: for whoever asks after the dialogue, and for files."""

from dataclasses import replace

from pforte.mail.checks.declaration import Stage
from pforte.mail.facts import Facts
from pforte.mail.message import Message
from pforte.mail.policy import Policy
from pforte.mail.reception import Answer, Inquiry, Ledger, Outcome
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
    return facts, policy.judge(findings, facts, facts.envelope.recipients, waits=False)


async def examine_and_file(
    policy: Policy, inquiry: Inquiry, ledger: Ledger, facts: Facts, raw: bytes
) -> Outcome:
    """Examine a mail and keep the verdict, as a reception does at the end of its dialogue."""
    facts, verdict = await examine(policy, inquiry, facts, raw)
    ledger.count(facts, verdict)
    if facts.session.client_known:
        ledger.note_message(facts)
    reference = await ledger.file(facts, verdict) if verdict.judged else ""
    if verdict.refused:
        code, enhanced, texts = verdict.lines(ledger.page(reference))
        return Outcome(Answer(code, enhanced, texts, reference), verdict)
    return Outcome(None, verdict, *inquiry.headers(facts, verdict))


async def judge_until(
    policy: Policy, inquiry: Inquiry, ledger: Ledger, facts: Facts, stage: Stage, *, counts: bool
) -> Answer | None:
    """Judge what is known of a session as far as a stage before the message; return a refusal, or None.

    For whoever tells at each stage all that is known until then and keeps no session with us. A refusal is kept before
    it is returned.

    Args:
        policy: the rules.
        inquiry: finds facts out.
        ledger: keeps what was judged.
        facts: all that is told.
        stage: how far the session is.
        counts: whether this is the first that is asked of a mail, so that it is counted, and kept also if it is only
            watched.
    """
    facts = await inquiry.of_client(facts)
    if stage >= Stage.MAIL:
        facts = await inquiry.of_sender(facts)
    if stage >= Stage.RECIPIENT:
        facts = await inquiry.of_recipient(facts)
    findings = [finding for each in Stage if each <= stage for finding in policy.ask(each, facts)]
    recipients = facts.envelope.recipients
    verdict = policy.judge(findings, facts, recipients, waits=not recipients)
    if counts:
        ledger.count(facts, verdict)
        ledger.note_message(facts)
    if not verdict.refused:
        if counts and verdict.judged:
            await ledger.file(facts, verdict)
        return None
    reference = await ledger.file(facts, verdict)
    code, enhanced, texts = verdict.lines(ledger.page(reference))
    if recipients and facts.envelope.sender and code >= 500:
        ledger.note_failed(facts)
    return Answer(code, enhanced, texts, reference)
