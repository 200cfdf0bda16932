"""The rules of matching as pure functions over frozen state, one module per aggregate."""
