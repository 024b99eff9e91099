"""Signs of tampering on an Echo device: rules, and the parser that applies them."""
