"""The Robots Exclusion Protocol (RFC 9309) and the crawlers that it binds.

Says which rule of a site's robots.txt forbids a path to a crawler, which agents declare themselves crawlers,
which of them can be proven by their addresses, and what was in force at the time of a visit.
Crawl-delay and other records outside the RFC are never read. Nothing here fetches or opens anything.
"""
