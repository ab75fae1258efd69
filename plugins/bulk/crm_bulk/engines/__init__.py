"""The libraries that carry out compiled plans; each is imported only when its engine is opened."""
