"""The SMTP front: mail is taken from the world itself, judged in the dialogue, and handed on before it is acknowledged.

It is for those without a mail server, and for what no mail server tells others: a bare line feed, a false end of data,
a NUL, a client that talks out of turn. The journey of an octet: ``wire`` (the connection), ``incoming`` and ``text``
(lines and text, cut strictly by CR LF), ``commands`` (their grammar), ``dialogue`` (what may come when; it does no
input or output), ``conversation`` (asks the policy and answers), and then ``maildir``, or ``relay`` over ``next_hop``.

It sends nothing for anybody: there is no AUTH, no queue, and mail is taken for the operator's own domains only.
"""
