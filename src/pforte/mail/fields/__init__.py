"""The grammars of header fields (RFC 5322, 2045, 2047, 2231): one module each, strict where a check judges by it.

A grammar reads obsolete forms too, since receivers must (RFC 5322 s4). Every reading is linear in the field's length;
fields are bounded by :data:`pforte.mail.message.MOST_HEADER`.
"""
