"""The checks of mail, in the order in which findings are named; nothing registers itself.

A check says what it saw. What is done about it (nothing, record, mark, defer, reject) is the operator's setting.
"""

from pforte.mail.checks import (
    arc_broken,
    banned,
    block_list,
    command_length,
    connection_rate,
    dmarc,
    dmarc_quarantine,
    early_talk,
    fcrdns,
    generic_name,
    greylist,
    helo,
    helo_mismatch,
    line_ends,
    mail_rate,
    nul,
    null_sender_recipients,
    own_domain,
    sender_domain,
    sender_not_ascii,
    sender_null_mx,
    sender_syntax,
    spf,
    spf_broken,
    tls,
    unauthenticated,
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
    generic_name.CHECK,
    block_list.CHECK,
    helo.CHECK,
    helo_mismatch.CHECK,
    sender_syntax.CHECK,
    sender_not_ascii.CHECK,
    sender_null_mx.CHECK,
    sender_domain.CHECK,
    own_domain.CHECK,
    spf_broken.CHECK,
    null_sender_recipients.CHECK,
    mail_rate.CHECK,
    greylist.CHECK,
    spf.CHECK,
    dmarc.CHECK,
    dmarc_quarantine.CHECK,
    unauthenticated.CHECK,
    arc_broken.CHECK,
)
"""Every check of mail."""
