# Rows 1, 2, 3, 4, 10, 11, 14 and 16: one network climbs every rung and never beyond the last.
2026-03-01 12:00     offence 192.0.2.1 by visit.traversal    -> ban rung 1 until 2026-03-01 13:00
+1s                  offence 192.0.2.1 by visit.xss          -> evidence
+29s                 offence 192.0.2.1 by login.ssh          -> evidence
+10m                 offence 192.0.2.1                       -> evidence
+0s                  status 192.0.2.1                        -> banned until 2026-03-01 13:00
2026-03-01 13:00     status 192.0.2.1                        -> at liberty
+1h                  offence 192.0.2.1                       -> ban rung 2 until 2026-03-08 14:00
+3d                  offence 192.0.2.1                       -> evidence
2026-03-15 13:00     offence 192.0.2.1                       -> ban rung 3 until 2026-04-14 13:00
2026-05-13 13:00     offence 192.0.2.1                       -> ban rung 4 until 2027-05-13 13:00
2027-05-23 13:00     offence 192.0.2.1                       -> ban rung 4 until 2028-05-22 13:00
2028-07-01 13:00     offence 192.0.2.1                       -> ban rung 1 until 2028-07-01 14:00
