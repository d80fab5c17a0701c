"""The parts of the inbound mail policy that live with the service: memory of clients, ledger of verdicts, the way to the ladder."""
