# The options of the regulation, all but the published ones.
regulation during_ban = extend
regulation reset = step_down
2026-03-01 12:00     offence 192.0.2.1                       -> ban rung 1 until 2026-03-01 13:00
+30s                 offence 192.0.2.1                       -> evidence
2026-03-01 12:40     offence 192.0.2.1                       -> extended until 2026-03-01 13:40
2026-03-01 14:00     offence 192.0.2.1                       -> ban rung 2 until 2026-03-08 14:00
2026-03-09 14:00     offence 192.0.2.1                       -> ban rung 3 until 2026-04-08 14:00
2026-05-09 14:00     offence 192.0.2.1                       -> ban rung 2 until 2026-05-16 14:00
