"""Turning octets into text: known character sets only, and whatever is wrong becomes a replacement sign."""

import encodings.aliases

_BY_ALIAS = encodings.aliases.aliases
_NOT_TEXT = frozenset(
    {
        *("base64_codec", "bz2_codec", "hex_codec", "quopri_codec", "rot_13", "uu_codec", "zlib_codec"),
        # These are no character sets of mail, or take more than linear time.
        *("idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined", "mbcs", "oem", "charmap"),
    }
)
_CODECS = {alias: codec for alias, codec in _BY_ALIAS.items() if codec not in _NOT_TEXT}
_CODECS |= {codec: codec for codec in _CODECS.values()}
# Mail says less than it uses, as browsers have found out (WHATWG Encoding s4.2): the larger set has the smaller's signs.
_LARGER = {
    "ascii": "cp1252",
    "latin_1": "cp1252",
    "iso8859_1": "cp1252",
    "gb2312": "gb18030",
    "euc_kr": "cp949",
}
_NAMES = {"unicode_1_1_utf_7": "utf_7", "x_unknown": "cp1252", "unknown_8bit": "cp1252", "binary": "cp1252"}
_LONGEST_NAME = 40


def find_codec(charset: str) -> str:
    """Return the name of the codec for a character set as mail names it (RFC 2045 s5.1, RFC 2978), or "".

    Python's own search keeps every name that it was asked for, known or not; so only names of this table reach it.

    >>> find_codec("ISO-8859-15"), find_codec("x-none")
    ('iso8859_15', '')
    """
    if len(charset) > _LONGEST_NAME or not charset.isascii():
        return ""
    name = charset.strip().lower()
    name = name.removeprefix("x-") if name.startswith("x-mac") else name
    name = "".join(sign if sign.isalnum() else "_" for sign in name)
    name = _NAMES.get(name, name)
    return (
        _CODECS.get(name)
        or _CODECS.get(name.replace("_", ""))
        or _CODECS.get(name.replace("windows_", "cp"), "")
    )


def decode_text(octets: bytes | bytearray, charset: str) -> str:
    """Return text; an unknown or wrong character set gives what UTF-8 makes of it, or else Western signs."""
    codec = find_codec(charset)
    codec = _LARGER.get(codec, codec)
    if codec in ("", "cp1252") and not octets.isascii():
        try:
            return octets.decode("utf-8")
        except UnicodeDecodeError:
            codec = "cp1252"
    return octets.decode(codec or "ascii", "replace")
