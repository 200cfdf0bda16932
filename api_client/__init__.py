"""The public API as typed Python: one method for each operation, each body and each answer as the API describes it."""

from api_client.operations import Client
from api_client.pages import Page, every, whole
from api_client.transport import File, Trouble, Upload

__all__ = ["Client", "File", "Page", "Trouble", "Upload", "every", "whole"]
