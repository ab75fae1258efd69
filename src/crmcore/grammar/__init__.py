"""The words of rules, as data: nodes, declarations, and what can be said about an expression without evaluating it."""
