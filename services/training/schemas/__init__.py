"""The bodies and answers, one module per aggregate."""
