"""Registering a client: a create view with its permission, in one transaction."""

import hashlib
import json
import uuid

from django.db import transaction
from rest_framework import generics, permissions, status
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response

from bench.peers.drf.models import Answer, Client, Outgoing
from bench.peers.drf.serializers import ClientSerializer

TOLD = ("country", "province", "isic", "size_class")


class IsOfficer(permissions.BasePermission):
    """Only officers register clients."""

    def has_permission(self, request, view):
        return bool(request.user and request.user.is_authenticated and "officer" in request.auth["roles"])


class ClientList(generics.CreateAPIView):
    queryset = Client.objects.all()
    serializer_class = ClientSerializer
    permission_classes = (IsOfficer,)

    def create(self, request, *args, **kwargs):
        key = request.headers.get("Idempotency-Key", "")
        slot = hashlib.sha256(f"{request.user.id}\n{key}".encode()).hexdigest()
        digest = hashlib.sha256(f"{request.path}\n{json.dumps(request.data)}".encode()).hexdigest()
        with transaction.atomic():
            kept = Answer.objects.filter(slot=slot).first()
            if kept is not None:
                if kept.digest != digest:
                    return Response({"detail": "key was used otherwise"}, status.HTTP_422_UNPROCESSABLE_ENTITY)
                return Response(json.loads(bytes(kept.body)), kept.status)
            serializer = self.get_serializer(data=request.data)
            serializer.is_valid(raise_exception=True)
            client = serializer.save()
            self._tell(client, request)
            body = JSONRenderer().render(serializer.data)
            headers = {"content-type": "application/json"}
            Answer.objects.create(slot=slot, digest=digest, status=201, headers=headers, body=body)
        place = {"Location": f"/v1/clients/{client.id}", "ETag": '"1"'}
        return Response(serializer.data, status.HTTP_201_CREATED, headers=place)

    def _tell(self, client, request):
        facts = {"client_id": str(client.id), **{name: getattr(client, name) for name in TOLD}}
        Outgoing.objects.create(
            event_type="org.openrecp.clients.client_registered.v1",
            topic="clients",
            subject=client.id,
            root=client.id,
            sequence=1,
            occurred_at=client.registered_at,
            correlation_id=request.headers.get("Correlation-Id", str(uuid.uuid4())),
            actor_id=request.user.id,
            operation="create_client",
            data=json.dumps(facts),
        )
