# Rows 25, 26 and 27: one history for all services and for all addresses of one subject.
2026-03-01 12:00     offence 192.0.2.1 by robots.disallowed  -> ban rung 1 until 2026-03-01 13:00
+2h                  offence ::ffff:192.0.2.1 by login.ssh   -> ban rung 2 until 2026-03-08 14:00
2026-03-01 12:00     offence 2001:db8:1:2::a                 -> ban rung 1 until 2026-03-01 13:00
+30m                 status 2001:db8:1:2:ffff::1             -> banned until 2026-03-01 13:00
+0s                  status 2001:db8:1:3::1                  -> at liberty
+90m                 offence 2001:db8:1:2::b                 -> ban rung 2 until 2026-03-08 14:00
