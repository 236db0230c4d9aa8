"""Speed, measured beside the simplest program that does as much: `make bench`."""
