"""Where bans take effect: the firewall, and files that other software reads.

A gate follows the register's journal: it is loaded with the bans in force once and then told every decision.
Gates hold no policy and never read the register themselves; the service hands them what was decided.
"""
