"""The gate for mail servers that ask about a whole mail: the HTTP dialect of rspamd and SPAMC, on one port.

Exim, Haraka, Dovecot, rspamc and spamc are clients. Request fields that name files of ours (``File``, ``Path``, ``Shm``)
are passed over: whoever can connect must not have arbitrary files read.
"""
