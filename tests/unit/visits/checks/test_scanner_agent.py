"""Agents of attack tools."""

import pytest

from pforte.visits.checks import scanner_agent


@pytest.mark.parametrize(
    "agent",
    [
        b"sqlmap/1.8#stable (https://sqlmap.org)",
        b"Mozilla/5.00 (Nikto/2.5.0) (Evasions:None) (Test:Port Check)",
        b"Mozilla/5.0 (compatible; Nmap Scripting Engine; https://nmap.org/book/nse.html)",
        b"masscan/1.3 (https://github.com/robertdavidgraham/masscan)",
        b"Mozilla/5.0 zgrab/0.x",
        b"WPScan v3.8.25 (https://wpscan.com/wordpress-security-scanner)",
        b"Fuzz Faster U Fool v2.1.0-dev",
        b"Hello, World",
        b"Mozlila/5.0 (Linux; Android 7.0)",
    ],
)
def test_tools_are_known_by_name(asking, agent):
    """Their senders leave the name as it is."""
    finding = asking(scanner_agent.CHECK)(b"/", agent=agent)
    assert finding is not None
    assert finding.observed == agent


@pytest.mark.parametrize(
    "agent",
    [
        b"",
        b"Mozilla/5.0 (X11; Linux x86_64)",
        b"curl/8.5.0",
        b"python-requests/2.32",
        b"Wget/1.21",
        b"W3C_Validator/1.3",
    ],
)
def test_browsers_and_libraries_are_no_tools(asking, agent):
    """A small program of somebody is no attack."""
    assert asking(scanner_agent.CHECK)(b"/sqlmap", agent=agent) is None


def test_names_are_written_as_they_are_compared():
    """The function compares lower case."""
    assert all(tool == tool.lower() for tool in scanner_agent.TOOLS)
