"""Bodies and answers of the assessments service, by aggregate."""
