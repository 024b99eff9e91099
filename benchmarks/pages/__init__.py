"""How fast a report is in a browser, beside other ways to show as many rows."""
