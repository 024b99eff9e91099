"""How often listening errs, on clips that are made here."""
