"""Filling in a self-assessment: sections, saving, passing on, handing in, what comes back."""
