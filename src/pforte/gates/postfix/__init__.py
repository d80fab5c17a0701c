"""The Postfix gate: Postfix asks about each client, and is told what to answer.

Two ways stand open: the policy service (SMTPD_POLICY_README), which also hears who the mail is for and so keeps
postmaster and abuse reachable, and a table over the socketmap protocol (socketmap_table(5)), which knows the client's
address only. A third way needs no listener: the ``cidr`` table that the file gate writes.
"""
