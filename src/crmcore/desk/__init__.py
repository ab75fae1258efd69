"""What people ask for: lists, segments, views, imports and exports."""
