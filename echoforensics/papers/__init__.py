"""Papers that people sign: certificates and forms, as data, as text and as a page to print."""
