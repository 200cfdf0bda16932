"""The rules of assessments, one chapter per aggregate; time and ids come in as arguments."""
