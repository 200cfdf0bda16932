"""The routes of the assessments service, by aggregate."""
