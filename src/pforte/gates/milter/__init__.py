"""The milter gate: Postfix and Sendmail tell what their SMTP clients do, and are told what to answer.

It speaks the milter protocol of Sendmail, version 6, which no RFC describes; what is written here was read in the
sources of both servers. It sees the whole dialogue and the message, but not the line ends as the client sent them: the
server has made CRLF of all of them before.
"""
