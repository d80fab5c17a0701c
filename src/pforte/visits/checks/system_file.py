"""Files of the operating system that no site serves: what traversal and inclusion reach for."""

from pforte.visits.checks.linear import linear

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
