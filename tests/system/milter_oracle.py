"""What milter_runner.py does, done by libmilter: ``/usr/bin/python3 milter_oracle.py LISTEN``."""

import sys

import Milter

PAGE = "https://mx.example.org/r/PF-7K3M-Q2XD"


class Oracle(Milter.Base):
    """Adds, removes and refuses as the runner does."""

    # Which answers are waited for is agreed on as the gate agrees on it.
    @Milter.noreply
    def connect(self, name, family, address):
        return Milter.CONTINUE

    @Milter.noreply
    def hello(self, name):
        return Milter.CONTINUE

    def envfrom(self, path, *parameters):
        self.subject, self.removed, self.places = "", [], 0
        if path.endswith("@refused.example>"):
            self.setreply("553", "5.1.8", f"mail.sender: {path[1:-1]} is 100%% wrong", PAGE)
            return Milter.REJECT
        return Milter.CONTINUE

    def envrcpt(self, path, *parameters):
        return Milter.CONTINUE

    @Milter.noreply
    def header(self, name, value):
        if name.lower() == "subject":
            self.subject = value.strip()
        if name.lower() == "x-first":
            self.places += 1
            self.removed.append((name, self.places))
        return Milter.CONTINUE

    @Milter.noreply
    def body(self, piece):
        return Milter.CONTINUE

    def eom(self):
        if "refuse" in self.subject:
            self.setreply("451", "4.7.1", f"mail.subject: {self.subject} is 100%% wrong", PAGE)
            return Milter.TEMPFAIL
        for name, place in reversed(self.removed):
            self.chgheader(name, place, "")
        self.addheader("X-Second", " two", 0)
        self.addheader("X-First", " one;\n folded=yes", 0)
        return Milter.CONTINUE


Milter.factory = Oracle
Milter.set_flags(Milter.ADDHDRS | Milter.CHGHDRS)
Milter.runmilter("oracle", sys.argv[1], 5)
