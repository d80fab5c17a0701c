# Row 22, R6 and R7: what an operator does, and what it does to the history.
2026-03-01 12:00     offence 192.0.2.1                       -> ban rung 1 until 2026-03-01 13:00
2026-03-01 14:00     offence 192.0.2.1                       -> ban rung 2 until 2026-03-08 14:00
+1d                  forgive 192.0.2.1
+0s                  status 192.0.2.1                        -> at liberty
+5m                  offence 192.0.2.1 seen 6m earlier       -> evidence
+2h                  offence 192.0.2.1                       -> ban rung 1 until 2026-03-02 17:05
+10m                 lift 192.0.2.1
+2h                  offence 192.0.2.1                       -> ban rung 2 until 2026-03-09 18:15
+1h                  ban 192.0.2.1 rung 3
+0s                  status 192.0.2.1                        -> banned until 2026-04-01 19:15
2026-03-10 12:00     offence 192.0.2.1                       -> evidence
2026-04-02 12:00     offence 192.0.2.1                       -> ban rung 4 until 2027-04-02 12:00
