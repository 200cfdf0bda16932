"""The one path."""

from django.urls import path

from bench.peers.drf.views import ClientList

urlpatterns = [path("v1/clients", ClientList.as_view())]
