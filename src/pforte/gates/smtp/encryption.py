"""TLS for those who give us mail: at least 1.2, forward secrecy, and the certificate that is in its file now."""

import ssl
from datetime import timedelta
from pathlib import Path

import structlog
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from pforte.clock import Clock
from pforte.gates.gate import GateError
from pforte.mail.session import Tls

# For TLS 1.2; all ciphers of 1.3 are good. Mail servers without AEAD still give mail by ECDHE and AES.
CIPHERS = "ECDHE+AESGCM:ECDHE+CHACHA20:DHE+AESGCM:DHE+CHACHA20:ECDHE+AES:!DSS"
_LASTS = timedelta(days=3_650)

_log = structlog.get_logger("pforte.gates")


class Certificate:
    """A certificate and its key in files, which may be replaced at any time.

    Args:
        certificate: PEM, the chain with it.
        key: PEM; the same file where it holds both.
    """

    def __init__(self, certificate: Path, key: Path) -> None:
        self._files = (certificate, key)
        self._known: tuple[tuple[int, int], ...] = ()
        self._context: ssl.SSLContext | None = None

    def open(self) -> None:
        """Read the files.

        Raises:
            GateError: they cannot be used.
        """
        try:
            self._known = self._stamps()
            self._context = _context_of(*self._files)
        except (OSError, ValueError) as error:  # ssl.SSLError is an OSError
            said = error.strerror if isinstance(error, OSError) and error.strerror else error
            raise GateError(f"gate.smtp.certificate: {self._files[0]} cannot be used: {said}") from error

    def context(self) -> ssl.SSLContext:
        """Return what the files hold now; what they held before, while they cannot be used."""
        assert self._context is not None  # noqa: S101  opened before anybody asks
        try:
            stamps = self._stamps()
            if stamps != self._known:
                self._known = stamps
                self._context = _context_of(*self._files)
        except (OSError, ValueError) as error:
            _log.error(
                "gate.certificate",
                gate="smtp",
                file=str(self._files[0]),
                text=str(error),
                then="the certificate that was read before stays in use",
            )
        return self._context

    def _stamps(self) -> tuple[tuple[int, int], ...]:
        return tuple((found.st_mtime_ns, found.st_ino) for found in map(Path.stat, self._files))


def tls_of(facts: ssl.SSLObject) -> Tls:
    """Return what is known of an encryption that stands."""
    cipher, _, bits = facts.cipher() or ("", "", 0)
    return Tls(facts.version() or "TLS", cipher, bits)


class OwnCertificate(Certificate):
    """A certificate that nobody has signed: enough against those who only listen.

    Mail servers that are not told otherwise encrypt without asking who signed (RFC 7435 s3); whoever checks, by MTA-STS
    or DANE, needs a certificate from the settings.

    Args:
        file: where it is kept with its key; made where it is not there.
        host: the name in it.
        clock: tells the present moment.
    """

    def __init__(self, file: Path, host: str, clock: Clock) -> None:
        super().__init__(file, file)
        self._file, self._host, self._clock = file, host, clock

    def open(self) -> None:
        """Make it, or read it.

        Raises:
            GateError: it cannot be written or read.
        """
        if not self._file.exists():
            try:
                self._make()
            except OSError as error:
                raise GateError(f"gate.smtp: {self._file} cannot be written: {error.strerror}") from error
        super().open()

    def _make(self) -> None:
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, self._host[:64])])
        begins = self._clock.now() - timedelta(days=1)
        certificate = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(begins)
            .not_valid_after(begins + _LASTS)
            .add_extension(x509.SubjectAlternativeName([x509.DNSName(self._host)]), critical=False)
            .sign(key, hashes.SHA256())
        )
        pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        unfinished = self._file.with_suffix(".unfinished")
        unfinished.touch(mode=0o600)
        unfinished.write_bytes(certificate.public_bytes(Encoding.PEM) + pem)
        unfinished.rename(self._file)


def _context_of(certificate: Path, key: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2  # RFC 8996 s4, s5
    context.set_ciphers(CIPHERS)
    context.options |= ssl.OP_CIPHER_SERVER_PREFERENCE | ssl.OP_NO_RENEGOTIATION | ssl.OP_NO_COMPRESSION
    context.load_cert_chain(certificate, key)
    return context
