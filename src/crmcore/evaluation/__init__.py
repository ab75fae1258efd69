"""What expressions are worth for one customer on one date, why, and when that may change."""
