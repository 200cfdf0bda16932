"""The exchange service: where events leave the deployment."""
