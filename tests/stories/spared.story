# Rows 23, 28 and 29, R0 and R10: who is never banned, who does not climb, and whom the firewall leaves alone.
2026-03-01 12:00     offence 192.0.2.1 exempt Googlebot      -> spared
+0s                  offence 192.0.2.1 watched               -> spared
+0s                  status 192.0.2.1                        -> at liberty
2026-03-01 12:00     offence 192.0.2.7 act m1                -> ban rung 1 until 2026-03-01 13:00
+2h                  offence 192.0.2.7 act m1                -> ban rung 1 until 2026-03-01 15:00
+2h                  offence 192.0.2.7 act m2                -> ban rung 2 until 2026-03-08 16:00
2026-03-01 12:00     offence 100.64.0.1 shared               -> application rung 1 until 2026-03-01 13:00
+2h                  offence 100.64.0.1 shared               -> application rung 2 until 2026-03-08 14:00
2026-03-09 14:00     offence 100.64.0.1 shared               -> application rung 2 until 2026-03-16 14:00
