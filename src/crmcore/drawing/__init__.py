"""Charts as SVG: numbers and texts in, markup out. Knows no table, no company and no command."""
