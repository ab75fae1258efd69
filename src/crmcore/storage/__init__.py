"""Records as documents, and documents in a file that survives crashes."""
