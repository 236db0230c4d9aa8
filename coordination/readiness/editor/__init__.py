"""Questionnaires: drafts, preview, comparison, publishing, XLSForm."""
