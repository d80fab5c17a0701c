"""The checks of mail, in the order in which findings are named; nothing registers itself.

A check says what it saw. What is done about it (nothing, record, mark, defer, reject) is the operator's setting.
"""

from pforte.mail.checks import (
    banned,
    block_list,
    command_length,
    connection_rate,
    early_talk,
    fcrdns,
    greylist,
    helo,
    line_ends,
    mail_rate,
    nul,
    null_sender_recipients,
    sender_domain,
    sender_not_ascii,
    sender_null_mx,
    sender_syntax,
    tls,
)
from pforte.mail.checks.declaration import Check

CHECKS: tuple[Check, ...] = (
    banned.CHECK,
    connection_rate.CHECK,
    early_talk.CHECK,
    line_ends.CHECK,
    nul.CHECK,
    command_length.CHECK,
    tls.CHECK,
    fcrdns.CHECK,
    block_list.CHECK,
    helo.CHECK,
    sender_syntax.CHECK,
    sender_not_ascii.CHECK,
    sender_null_mx.CHECK,
    sender_domain.CHECK,
    null_sender_recipients.CHECK,
    mail_rate.CHECK,
    greylist.CHECK,
)
"""Every check of mail."""
