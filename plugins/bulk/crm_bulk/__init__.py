"""Bulk: the rules of all schemes for all customers at once, on Polars, DuckDB or Spark.

The grammar is compiled to Narwhals; what an engine answers is what the row evaluator answers, cell by cell.
"""
