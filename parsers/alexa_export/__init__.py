"""Tables and lists of an Alexa data export ("Request My Data") or a legal-process return."""
