"""The report as a PDF: typeset from the same sections as the page, and signed."""
