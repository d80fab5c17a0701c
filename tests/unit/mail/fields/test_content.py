"""Types, encodings and dispositions are read as mail readers read them (RFC 2045, RFC 2183, RFC 2231)."""

import pytest

from pforte.mail.fields.content import Content, file_name, read_content


@pytest.mark.parametrize(
    ("value", "kind", "parameters"),
    [
        ("text/plain", "text/plain", {}),
        ("TEXT/Plain ; Charset = UTF-8", "text/plain", {"charset": "UTF-8"}),
        ('text/plain; charset="us\\-ascii"', "text/plain", {"charset": "us-ascii"}),
        ("text/plain; charset=us-ascii (Plain text)", "text/plain", {"charset": "us-ascii"}),
        ("text/plain (a); charset=x", "text/plain", {"charset": "x"}),
        ("multipart/mixed; boundary=----=_Part_1.2", "multipart/mixed", {"boundary": "----=_Part_1.2"}),
        ("a/b; name=My File.pdf; x=1", "a/b", {"name": "My File.pdf", "x": "1"}),
        ('a/b; name="a;b"; x=""', "a/b", {"name": "a;b", "x": ""}),
        ("a/b;;x=1;", "a/b", {"x": "1"}),
        ('a/b; name="a', "a/b", {"name": ""}),
        ("a / b", "a/b", {}),
        ("", "", {}),
        ("text", "", {}),
        ("text/", "", {}),
        ("text/plain/x", "", {}),
        ("t@xt/plain; x=1", "", {"x": "1"}),
    ],
)
def test_types(value, kind, parameters):
    assert read_content(value, slashed=True) == Content(kind, parameters)


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ("base64", "base64"),
        (" 7BIT (x)", "7bit"),
        ("attachment; filename=a", "attachment"),
        ("a/b", ""),
        ("", ""),
    ],
)
def test_encodings_and_dispositions(value, kind):
    assert read_content(value).kind == kind


def test_contradictions_are_told():
    content = read_content("a/b; x=1; X=2; y=1; y=1", slashed=True)
    assert content.parameters == {"x": "1", "y": "1"}
    assert content.contradicted == {"x"}


@pytest.mark.standard("2231:4.1")
@pytest.mark.parametrize(
    ("value", "name"),
    [
        ("attachment; filename=a.txt", "a.txt"),
        ("attachment; filename*=utf-8''Gr%C3%BC%C3%9Fe.txt", "Grüße.txt"),
        ("attachment; filename*=iso-8859-1'de'Gr%FC%DFe.txt", "Grüße.txt"),
        ("attachment; filename*0=a; filename*1=b; filename*2=c", "abc"),
        ("attachment; filename*1=b; filename*0=a", "ab"),
        ("attachment; filename*0*=utf-8''%C3; filename*1*=%BC; filename*2=.txt", "ü.txt"),
        ("attachment; filename*0=a; filename*2=c", "a"),
        ("attachment; filename*1=b", ""),
        ("attachment; filename=plain; filename*=utf-8''rich", "rich"),
        ("attachment; filename*=utf-8''a%zz", "a%zz"),
        ("attachment; filename*=no-quotes", "no-quotes"),
        ('attachment; filename="=?utf-8?q?Gr=C3=BC=C3=9Fe?="', "Grüße"),
        ("attachment; a*b*=1", ""),
    ],
)
def test_names_of_files(value, name):
    assert file_name(read_content(value), Content("a/b")) == name


def test_the_old_name_of_a_file():
    assert file_name(Content(""), read_content("a/b; name=old", slashed=True)) == "old"
    assert (
        file_name(read_content("inline; filename=new"), read_content("a/b; name=old", slashed=True)) == "new"
    )
