"""The create as a Django REST framework project has it; it runs in an environment of its own (.venv-bench)."""
