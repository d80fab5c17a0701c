# Rows 6 to 9, 13 and 15: windows belong to the rung, so who waits longer is never punished harder.
2026-03-01 12:00     offence 192.0.2.1                       -> ban rung 1 until 2026-03-01 13:00
2026-03-02 13:00     offence 192.0.2.1                       -> ban rung 2 until 2026-03-09 13:00
2026-03-17 13:00     offence 192.0.2.1                       -> ban rung 1 until 2026-03-17 14:00
2026-03-18 14:00:01  offence 192.0.2.1                       -> ban rung 1 until 2026-03-18 15:00:01
+4d                  offence 192.0.2.1                       -> ban rung 1 until 2026-03-22 15:00:01
+2h                  offence 192.0.2.1                       -> ban rung 2 until 2026-03-29 16:00:01
2026-04-05 16:00:01  offence 192.0.2.1                       -> ban rung 3 until 2026-05-05 16:00:01
2026-06-05 16:00:01  offence 192.0.2.1                       -> ban rung 1 until 2026-06-05 17:00:01
