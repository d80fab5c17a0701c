# R11: the fourth /64 of a /56 within a day shuts out the /56, on its own first rung.
2026-03-01 12:00     offence 2001:db8:0:1::1                 -> ban rung 1 until 2026-03-01 13:00
+2h                  offence 2001:db8:0:1::1                 -> ban rung 2 until 2026-03-08 14:00
+1h                  offence 2001:db8:0:2::1                 -> ban rung 1 until 2026-03-01 16:00
+1h                  offence 2001:db8:0:3::1                 -> ban rung 1 until 2026-03-01 17:00
+1h                  offence 2001:db8:0:100::1               -> ban rung 1 until 2026-03-01 18:00
+1h                  offence 2001:db8:0:4::1                 -> ban rung 1 until 2026-03-01 19:00 and 2001:db8::/56 rung 1 until 2026-03-01 19:00
+30m                 offence 2001:db8:0:5::1                 -> evidence
+90m                 offence 2001:db8:0:5::1                 -> ban rung 1 until 2026-03-01 21:00
