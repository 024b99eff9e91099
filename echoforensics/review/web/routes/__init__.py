"""The routes of people, signing in and the audit."""
