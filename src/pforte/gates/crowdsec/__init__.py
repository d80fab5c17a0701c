"""Speaking to the bouncers of CrowdSec: what its Local API tells them, so that they enforce our bans.

Bouncers for firewalls, nginx, Traefik, Caddy, HAProxy and others pull the bans by HTTP with a key of their own: all of
them once and then what changed (``stream``), or one address at a time (``live``). There is no standard; the dialect
here is the one that CrowdSec 1.4 to 1.7 speaks and that their bouncers, with their oddities, understand.

``board`` follows the journal and keeps what is told; ``answers`` says what each question gets; ``listener`` carries
questions and answers. The other half of the Local API, by which CrowdSec's own agents report, is not spoken.
"""
