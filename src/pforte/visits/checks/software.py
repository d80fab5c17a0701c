"""Software that a site may say it runs (setting ``site.runs``): the words that checks ask for."""

from pforte.visits.checks.exploit_probe import EXPLOITS, PAGES
from pforte.visits.checks.secret_file import REPOSITORIES
from pforte.visits.checks.software_probe import DOORS

_ASKED_FOR = ("proxy", "webdav", "wordpress")
"""What single checks ask for by name."""

SOFTWARE: tuple[str, ...] = tuple(
    sorted({*_ASKED_FOR, *REPOSITORIES, *(software for software, _ in (*EXPLOITS, *PAGES, *DOORS))})
)
"""Every such word, small letters, sorted."""
