"""HTTP as captures hold it: messages, and the codings of their bodies."""
