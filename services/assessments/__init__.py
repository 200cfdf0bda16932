"""Assessments: what a plant uses, which options it has, and which savings were measured."""
