"""The room of the self-assessment: filling it in, rounds and letters, the questionnaire's editor, results."""
