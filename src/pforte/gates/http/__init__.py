"""The HTTP gate: web servers and proxies ask about each request before they serve it.

nginx (``auth_request``), Traefik (``forwardAuth``), Caddy (``forward_auth``), Envoy (``ext_authz``) and HAProxy (Lua)
ask over HTTP/1.1 on one port; 2xx lets the visitor in, 403 does not. Only what is needed for that is spoken here: no
TLS, no files, no bodies of requests. The journey of a question: ``connection`` reads it, ``questions`` tells what was
asked, ``visitors`` who is meant, ``porter`` decides, ``answers`` and ``page`` say it. Nearly all come in by a shorter
way: ``turn`` holds what arrived in one turn of the event loop, ``nginx`` reads it, and the porter takes a glance.
"""
