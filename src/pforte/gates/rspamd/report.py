"""The answers in each dialect. A score says nothing here: 15 of 15 is refused, 0 is not, so that thresholds keep a meaning."""

import json
from collections.abc import Mapping

from pforte.mail.checks.declaration import Action
from pforte.mail.message import Message
from pforte.mail.reception import Outcome
from pforte.mail.verdict import Judged

FULL = 15.0
MARKED = 6.0
"""Scores that stand for refused and for marked, as in rspamd's default thresholds."""
THRESHOLDS: Mapping[str, float] = {"reject": FULL, "add header": MARKED, "greylist": 4.0}


def action_of(outcome: Outcome) -> str:
    """Return the action in rspamd's words."""
    if outcome.answer is not None:
        return "reject" if outcome.answer.code >= 500 else "soft reject"
    marked = any(judged.action is Action.MARK for judged in outcome.verdict.judged)
    return "add header" if marked else "no action"


def score_of(outcome: Outcome) -> float:
    """Return the score that leads to the same action by the thresholds."""
    return {"no action": 0.0, "add header": MARKED}.get(action_of(outcome), FULL)


def symbol_of(judged: Judged) -> str:
    """Return the name of a finding as symbols are written.

    ``mail.fcrdns`` is ``MAIL_FCRDNS``.
    """
    return judged.check.id.upper().replace(".", "_").replace("-", "_")


def smtp_message(outcome: Outcome) -> str:
    """Return what the mail server is to tell the sender behind its code, or ""."""
    answer = outcome.answer
    return "" if answer is None else " ".join((answer.enhanced, *answer.texts))


def render_json(outcome: Outcome, message: Message, seconds: float) -> bytes:
    """Render the reply to ``/checkv2``."""
    reply: dict[str, object] = {
        "is_skipped": False,
        "score": score_of(outcome),
        "required_score": FULL,
        "action": action_of(outcome),
        "thresholds": dict(THRESHOLDS),
        "symbols": {symbol_of(judged): _symbol(judged, outcome) for judged in outcome.verdict.judged},
        "messages": {"smtp_message": smtp_message(outcome)} if outcome.answer else {},
        "message-id": _message_id(message),
        "time_real": round(seconds, 6),
        "milter": _milter(outcome, message),
    }
    return json.dumps(reply, ensure_ascii=False).encode("utf-8", "backslashreplace")


def render_rspamc(outcome: Outcome) -> bytes:
    """Render the reply in the dialect before HTTP, which Exim (``variant=rspamd``) speaks."""
    score = score_of(outcome)
    lines = [
        f"Metric: default; {score >= FULL}; {score:.2f} / {FULL:.2f} / 0.0",
        f"Action: {smtp_message(outcome) or action_of(outcome)}"
        if outcome.answer
        else f"Action: {action_of(outcome)}",
        *(f"Symbol: {symbol_of(judged)}(0.00)" for judged in outcome.verdict.judged),
    ]
    body = "\r\n".join(lines) + "\r\n"
    return f"RSPAMD/1.3 0 EX_OK\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode(
        "utf-8", "backslashreplace"
    )


def render_spamc(command: str, outcome: Outcome, raw: bytes) -> bytes:
    """Render the reply to a command of SPAMC that asks about a mail."""
    spam, score = outcome.answer is not None, score_of(outcome)
    body = b""
    if command == "SYMBOLS":
        body = ",".join(map(symbol_of, outcome.verdict.judged)).encode()
    elif command == "REPORT" or (command == "REPORT_IFSPAM" and spam):
        body = _report(outcome)
    elif command in ("PROCESS", "HEADERS"):
        body = marked_message(outcome, raw, score)
        if command == "HEADERS":
            body = body[: Message(body).body_at]
    verdict = "True" if spam else "False"
    head = f"SPAMD/1.1 0 EX_OK\r\nContent-length: {len(body)}\r\nSpam: {verdict} ; {score:.1f} / {FULL:.1f}\r\n\r\n"
    return head.encode() + body


def marked_message(outcome: Outcome, raw: bytes, score: float) -> bytes:
    """Return the mail with our fields in front and forged ones taken out."""
    message = Message(raw)
    forged = set(outcome.removed)
    kept = b"".join(field.raw for place, field in enumerate(message.fields) if place not in forged)
    rest = raw[sum(len(field.raw) for field in message.fields) :]
    end = "\r\n" if b"\r\n" in raw[:1_000] else "\n"
    status = "Yes" if outcome.answer else "No"
    tests = ",".join(map(symbol_of, outcome.verdict.judged)) or "none"
    fields = [
        *outcome.added,
        ("X-Spam-Status", f"{status}, score={score:.1f} required={FULL:.1f} tests={tests}"),
    ]
    if outcome.answer is not None:
        fields.append(("X-Spam-Flag", "YES"))
        fields.append(("X-Pforte-Reply", " ".join((str(outcome.answer.code), smtp_message(outcome)))))
    told = "".join(f"{name}: {value}{end}" for name, value in fields).replace("\r\n", "\n").replace("\n", end)
    return told.encode("utf-8", "backslashreplace") + kept + rest


def _symbol(judged: Judged, outcome: Outcome) -> dict[str, object]:
    leads = judged is outcome.verdict.leading
    return {
        "name": symbol_of(judged),
        "score": score_of(outcome) if leads else 0.0,
        "metric_score": 0.0,
        "description": judged.check.summary.en,
        "options": [judged.check.said(judged.finding), judged.action.value],
    }


def _message_id(message: Message) -> str:
    field = message.first(b"message-id")
    return "undef" if field is None else field.value[:1_000].decode("utf-8", "replace").strip("<>")


def _milter(outcome: Outcome, message: Message) -> dict[str, object]:
    """Return the changes to the header; a field is removed by its place among those of its name (from 1)."""
    added: dict[str, list[dict[str, object]]] = {}
    for name, value in outcome.added:
        added.setdefault(name, []).append({"value": value, "order": 0})
    removed: dict[str, list[int]] = {}
    for place in outcome.removed:
        field = message.fields[place]
        same = [each for each in message.fields[: place + 1] if each.name.lower() == field.name.lower()]
        removed.setdefault(field.name.decode("latin-1"), []).append(len(same))
    return {
        **({"add_headers": added} if added else {}),
        **({"remove_headers": removed} if removed else {}),
    }


def _report(outcome: Outcome) -> bytes:
    lines = [
        f"{judged.action.value:8} {judged.check.id}: {judged.check.said(judged.finding)}"
        for judged in outcome.verdict.judged
    ]
    answer = outcome.answer
    first = "Nothing is refused." if answer is None else f"{answer.code} {smtp_message(outcome)}"
    return ("\r\n".join([first, *lines]) + "\r\n").encode("utf-8", "backslashreplace")


def render_error(said: str) -> bytes:
    """Render what is wrong with a request."""
    return json.dumps({"error": said}).encode()
