"""Requests and their answers, whatever program recorded them."""
