# A mail queue tries for days what was refused: that is one act. Whoever sends to others does something new.
2026-03-01 12:00     relay 192.0.2.1 from ann@example.com to x@example.net y@example.net z@example.net  -> ban rung 1 until 2026-03-01 13:00
+10m                 relay 192.0.2.1 from ann@example.com to x@example.net y@example.net z@example.net  -> evidence
2026-03-01 13:20     relay 192.0.2.1 from ann@example.com to x@example.net y@example.net z@example.net  -> ban rung 1 until 2026-03-01 14:20
# The queue gives the recipients in another order.
2026-03-02 09:00     relay 192.0.2.1 from ann@example.com to z@example.net x@example.net y@example.net  -> ban rung 1 until 2026-03-02 10:00
# One mail, tried alone again and again.
2026-03-01 12:00     relay 192.0.2.2 from bob@example.com to x@example.net   -> counted
+10m                 relay 192.0.2.2 from bob@example.com to x@example.net   -> counted
+20m                 relay 192.0.2.2 from bob@example.com to x@example.net   -> ban rung 1 until 2026-03-01 13:30
2026-03-01 20:00     relay 192.0.2.2 from bob@example.com to x@example.net   -> counted
+10m                 relay 192.0.2.2 from bob@example.com to x@example.net   -> counted
+20m                 relay 192.0.2.2 from bob@example.com to x@example.net   -> ban rung 1 until 2026-03-01 21:30
# Another recipient, another sender, another network.
2026-03-02 14:00     relay 192.0.2.1 from ann@example.com to x@example.net y@example.net w@example.net  -> ban rung 2 until 2026-03-09 14:00
2026-03-02 14:00     relay 192.0.2.2 from eve@example.com to x@example.net x@example.net x@example.net  -> ban rung 2 until 2026-03-09 14:00
2026-03-02 14:00     relay 192.0.2.3 from bob@example.com to x@example.net x@example.net x@example.net  -> ban rung 1 until 2026-03-02 15:00
# No queue holds a mail for more than five days.
2026-03-01 12:00     offence 192.0.2.4 act m1   -> ban rung 1 until 2026-03-01 13:00
+20h                 offence 192.0.2.4 act m1   -> ban rung 1 until 2026-03-02 09:00
+20h                 offence 192.0.2.4 act m1   -> ban rung 1 until 2026-03-03 05:00
+20h                 offence 192.0.2.4 act m1   -> ban rung 1 until 2026-03-04 01:00
+20h                 offence 192.0.2.4 act m1   -> ban rung 1 until 2026-03-04 21:00
+20h                 offence 192.0.2.4 act m1   -> ban rung 1 until 2026-03-05 17:00
+20h                 offence 192.0.2.4 act m1   -> ban rung 1 until 2026-03-06 13:00
+20h                 offence 192.0.2.4 act m1   -> ban rung 2 until 2026-03-14 08:00
