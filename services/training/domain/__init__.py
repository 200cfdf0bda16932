"""The rules, one module per aggregate."""
