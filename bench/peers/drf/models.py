"""The tables, as they are; JSON stands in columns of text."""

import json
import uuid

from django.db import models


class JsonText(models.TextField):
    """JSON in a column of text."""

    def get_prep_value(self, value):
        return None if value is None else json.dumps(value)

    def from_db_value(self, value, expression, connection):
        return None if value is None else json.loads(value)


class Client(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    version = models.BigIntegerField(default=1)
    name = models.TextField()
    name_key = models.TextField()
    status = models.TextField(default="registered")
    country = models.TextField()
    province = models.TextField(null=True)
    isic = JsonText(null=True)
    size_class = models.TextField(null=True)
    tax_code = models.TextField(null=True)
    territory = models.TextField(null=True)
    registered_at = models.DateTimeField(auto_now_add=True)
    contacts = JsonText(default=list)
    extra = JsonText(default=dict)
    external_ref = models.TextField(null=True)
    ref_owner = models.UUIDField(null=True)

    class Meta:
        managed = False
        db_table = "clients"


class Outgoing(models.Model):
    position = models.BigAutoField(primary_key=True)
    event_id = models.UUIDField(default=uuid.uuid4)
    event_type = models.TextField()
    topic = models.TextField()
    subject = models.UUIDField()
    root = models.UUIDField()
    sequence = models.BigIntegerField()
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField(auto_now_add=True)
    correlation_id = models.TextField()
    actor_id = models.UUIDField()
    operation = models.TextField()
    data = models.TextField()

    class Meta:
        managed = False
        db_table = "outbox"


class Answer(models.Model):
    slot = models.TextField(primary_key=True)
    digest = models.TextField()
    status = models.BigIntegerField()
    headers = JsonText()
    body = models.BinaryField()
    answered_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        managed = False
        db_table = "answers"
