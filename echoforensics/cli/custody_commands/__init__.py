"""Commands on keys, hand-overs and the ledger, a module each."""
