"""What an Authentication-Results field says (RFC 8601 s2.2)."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Property:
    """What a method looked at.

    Attributes:
        kind: where it comes from (ptype), such as ``smtp``, ``header``, ``body`` or ``policy``.
        name: which one, such as ``mailfrom``, ``remote-ip``, ``d`` or ``b``.
        value: its value without quotes; a mailbox is written as ``local@domain``, its local part quoted where it
            must be.
    """

    kind: str
    name: str
    value: str


@dataclass(frozen=True, slots=True)
class MethodResult:
    """What one method found.

    Attributes:
        method: the method, such as ``spf``.
        result: the result, such as ``pass``.
        properties: what it looked at.
        reason: why, or "".
        version: of the method.
    """

    method: str
    result: str
    properties: tuple[Property, ...] = ()
    reason: str = ""
    version: int = 1

    def value(self, kind: str, name: str) -> str:
        """Return the value of the first property of that kind and name, or "".

        >>> MethodResult("dkim", "pass", (Property("header", "d", "example.org"),)).value("header", "d")
        'example.org'
        """
        found = (each.value for each in self.properties if (each.kind, each.name) == (kind, name))
        return next(found, "")


@dataclass(frozen=True, slots=True)
class Results:
    """One field.

    Attributes:
        server: the name under which the field was written (authserv-id).
        methods: what each method found; none says that nothing was checked.
        version: of the field.
    """

    server: str
    methods: tuple[MethodResult, ...] = ()
    version: int = 1
