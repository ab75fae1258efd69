"""How rules, values and explanations read in English and Chinese."""
