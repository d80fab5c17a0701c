"""Published ranges prove crawlers, and a file that cannot be used is named."""

import json
from ipaddress import ip_network

from pforte.commands.crawler_ranges import read_ranges


def _list(path, *networks):
    path.write_text(json.dumps({"prefixes": [{"ipv4Prefix": network} for network in networks]}))
    return path


def test_lists_of_one_crawler_are_put_together(tmp_path):
    """Google publishes several lists; an address in any of them is Google's."""
    files = [
        _list(tmp_path / "googlebot.json", "192.0.2.0/27"),
        _list(tmp_path / "special-crawlers.json", "198.51.100.0/27"),
        _list(tmp_path / "bingbot.json", "203.0.113.0/27"),
    ]
    heard = []
    assert read_ranges(files, lambda *told: heard.append(told)) == {
        "googlebot": (ip_network("192.0.2.0/27"), ip_network("198.51.100.0/27")),
        "bingbot": (ip_network("203.0.113.0/27"),),
    }
    assert heard == []


def test_a_file_that_cannot_be_used_is_named_and_the_others_count(tmp_path):
    broken = tmp_path / "bingbot.json"
    broken.write_text("no list")
    files = [
        tmp_path / "gptbot.json",
        broken,
        _list(tmp_path / "nobody.json", "192.0.2.0/27"),
        _list(tmp_path / "googlebot.json", "192.0.2.0/27"),
    ]
    heard = {}
    assert list(read_ranges(files, heard.__setitem__)) == ["googlebot"]
    assert heard[files[0]] == "cannot be read: No such file or directory"
    assert "no JSON" in heard[broken]
    assert "name it after one of" in heard[files[2]]
