"""The certificate in use is the one in its file."""

import ssl

import pytest

from pforte.clock import SystemClock
from pforte.gates.gate import GateError
from pforte.gates.smtp.encryption import Certificate, OwnCertificate, tls_of


def made(folder, name="own.pem", host="mx.example"):
    certificate = OwnCertificate(folder / name, host, SystemClock())
    certificate.open()
    return certificate


def handshake(server, **limits):
    """Shake hands in memory; return the server's side and the certificate it showed."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    for name, value in limits.items():
        setattr(context, name, value)
    there, back = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = context.wrap_bio(back, there, server_hostname="mx.example")
    side = server.wrap_bio(there, back, server_side=True)
    waiting = [client, side]
    for _ in range(10):
        for each in list(waiting):
            try:
                each.do_handshake()
                waiting.remove(each)
            except ssl.SSLWantReadError:
                pass
        if not waiting:
            break
    return side, client.getpeercert(binary_form=True)


@pytest.mark.standard("8996:4")
def test_old_tls_is_not_spoken(tmp_path, recwarn):
    context = made(tmp_path).context()
    assert context.minimum_version is ssl.TLSVersion.TLSv1_2
    assert tls_of(handshake(context)[0]).version == "TLSv1.3"
    twelve = tls_of(handshake(context, maximum_version=ssl.TLSVersion.TLSv1_2)[0])
    assert (twelve.version, twelve.bits >= 128) == ("TLSv1.2", True)
    names = [cipher["name"] for cipher in context.get_ciphers()]
    assert all(name.startswith(("TLS_", "ECDHE-", "DHE-")) for name in names)


def test_an_own_certificate_is_made_once(tmp_path):
    first = handshake(made(tmp_path / "state").context())[1]
    assert handshake(made(tmp_path / "state").context())[1] == first
    assert (tmp_path / "state" / "own.pem").stat().st_mode & 0o777 == 0o600
    assert [each.name for each in (tmp_path / "state").iterdir()] == ["own.pem"]


def test_a_certificate_that_is_replaced_is_used_at_once(tmp_path):
    certificate = made(tmp_path)
    first = handshake(certificate.context())[1]
    made(tmp_path, "new.pem", "other.example")
    (tmp_path / "new.pem").rename(tmp_path / "own.pem")
    second = handshake(certificate.context())[1]
    assert second != first
    (tmp_path / "own.pem").write_text("broken")
    assert handshake(certificate.context())[1] == second
    (tmp_path / "own.pem").unlink()
    assert handshake(certificate.context())[1] == second


def test_files_that_cannot_be_used_are_named(tmp_path):
    (tmp_path / "bad.pem").write_text("x")
    for name in ("bad.pem", "missing.pem"):
        with pytest.raises(GateError, match=rf"gate\.smtp\.certificate: .*{name} cannot be used"):
            Certificate(tmp_path / name, tmp_path / name).open()
    (tmp_path / "file").touch()
    with pytest.raises(GateError, match=r"gate\.smtp: .*own\.pem cannot be written"):
        made(tmp_path / "file")
