"""Rules for signs of tampering; read by :mod:`parsers.tamper.rule`."""
