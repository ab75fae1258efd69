"""What plugin authors test with: kits of tests that their own classes must pass."""
