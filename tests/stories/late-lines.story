# Rows 18 to 21, 24 and 30: the time in the line counts, not the time of reading.
2026-03-01 12:00     offence 192.0.2.1 seen 5h earlier       -> history rung 1 until 2026-03-01 08:00
+0s                  status 192.0.2.1                        -> at liberty
+1m                  offence 192.0.2.1                       -> ban rung 2 until 2026-03-08 12:01
+5s                  offence 192.0.2.1 seen 30s earlier      -> evidence
+8d                  offence 192.0.2.1 seen 2d earlier       -> evidence
2026-03-01 12:00     offence 192.0.2.2 ahead 2h              -> ban rung 1 until 2026-03-01 13:00
+0s                  status 192.0.2.2                        -> banned until 2026-03-01 13:00
2026-03-01 15:00     offence 192.0.2.3 seen 3h earlier       -> history rung 1 until 2026-03-01 13:00
+0s                  offence 192.0.2.3 seen 170m earlier     -> evidence
+0s                  offence 192.0.2.3 seen 30m earlier      -> ban rung 2 until 2026-03-08 14:30
