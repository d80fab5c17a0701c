"""Files of the operating system that no site serves: what traversal and inclusion reach for."""

from pforte.visits.checks.linear import linear
from pforte.visits.checks.spelling import SLASH

SYSTEM_FILE = linear(
    rb"(?:^|[/\x00])(?:"
    rb"etc/(?:passwd|shadow|group|hosts|hostname|issue|fstab|crontab|sudoers|my\.cnf|ssh/|nginx/|apache2/|httpd/)"
    rb"|proc/(?:self|version|cpuinfo|net|[0-9]{1,7})(?:/|$|[\x00 ])"
    rb"|root/\.(?:ssh|bash_history|aws|env)"
    rb"|home/[a-z0-9._-]{1,32}/\.(?:ssh|bash_history|aws)"
    rb"|var/log/(?:auth\.log|secure|apache|nginx|httpd|mail|vsftpd)"
    rb"|var/run/secrets/|run/secrets/"
    rb"|usr/local/(?:apache|etc/php)"
    rb"|(?:windows|winnt)/(?:win\.ini|system\.ini|system32/|repair/sam|php\.ini)"
    rb"|boot\.ini|autoexec\.bat"
    rb"|(?:web-inf|meta-inf)/(?:web\.xml|classes|lib|context\.xml|manifest\.mf)"
    rb"|bin/(?:sh|bash|dash|busybox)(?:$|\x00)"
    rb")"
)
"""Matches a lower-case path with ``/`` as the only separator."""

SYSTEM_FILE_SPELLED = (
    rb"(?:etc"
    + SLASH
    + rb"(?:passwd|shadow|group|hosts|issue|fstab)|windows"
    + SLASH
    + rb"(?:win\.ini|system32"
    + SLASH
    + rb")|boot\.ini|proc"
    + SLASH
    + rb"self"
    + SLASH
    + rb"|root"
    + SLASH
    + rb"\.ssh|var"
    + SLASH
    + rb"log"
    + SLASH
    + rb"(?:apache|nginx))"
)
"""The same for a target as received, for the files that are asked for most."""
