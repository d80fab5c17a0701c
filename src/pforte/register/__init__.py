"""The register: the durable store of offences and bans, and the ordered journal of decisions.

One transaction holds an offence, the ban it leads to, the line of the journal and the read position of its
source; so a process that is killed at any moment neither loses nor doubles what it acknowledged.
Gates follow the journal from cursors of their own. The register holds no policy: the ladder is given to it.

SQLite in WAL mode is the embedded default; the same code runs on PostgreSQL (``dialects`` holds every difference).
It does not read logs, resolve names or enforce anything.
"""

from pforte.register.acts import Order, Pardon
from pforte.register.audit import Act
from pforte.register.batch import Batch, Claim, Entry, Filed, Outcome, Recorded, Settlement, Tally
from pforte.register.bouncers import Bouncer, Pull
from pforte.register.documents import Document
from pforte.register.errors import (
    JournalPurgedError,
    RefusedError,
    RegisterError,
    RegisterUnavailableError,
    RegisterUnusableError,
    UnknownReferenceError,
)
from pforte.register.ladder import Ladder
from pforte.register.mails import CheckTotal, MailQuery
from pforte.register.panic import Panic
from pforte.register.progress import GateCursor, GateProgress
from pforte.register.queries import BanPage, BanQuery, BanRecord, Case, Snapshot, Status
from pforte.register.store import Register, file_url, is_missing, locate

__all__ = [
    "Act",
    "BanPage",
    "BanQuery",
    "BanRecord",
    "Batch",
    "Bouncer",
    "Case",
    "CheckTotal",
    "Claim",
    "Document",
    "Entry",
    "Filed",
    "GateCursor",
    "GateProgress",
    "JournalPurgedError",
    "Ladder",
    "MailQuery",
    "Order",
    "Outcome",
    "Panic",
    "Pardon",
    "Pull",
    "Recorded",
    "RefusedError",
    "Register",
    "RegisterError",
    "RegisterUnavailableError",
    "RegisterUnusableError",
    "Settlement",
    "Snapshot",
    "Status",
    "Tally",
    "UnknownReferenceError",
    "file_url",
    "is_missing",
    "locate",
]
