"""Results: one institution, a voivodeship's matrix, the country, files."""
