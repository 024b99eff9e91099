"""The written sections of a report as data, and what renders them: one content for the page and for the PDF."""
