"""What comes in and what is shown."""

from rest_framework import serializers

from bench.peers.drf.models import Client

PROVINCES = ("XA-N", "XA-R", "XA-C", "XA-K", "XA-O")


class SectorSerializer(serializers.Serializer):
    code = serializers.RegexField(r"^[0-9A-Z]{1,5}$")
    revision = serializers.CharField(max_length=8)


class ClientSerializer(serializers.ModelSerializer):
    name = serializers.CharField(max_length=300)
    country = serializers.RegexField(r"^[A-Z]{2}$")
    province = serializers.ChoiceField(PROVINCES, required=False, allow_null=True)
    isic = SectorSerializer(required=False, allow_null=True)
    size_class = serializers.CharField(max_length=64, required=False, allow_null=True)
    tax_code = serializers.CharField(max_length=40, required=False, allow_null=True)
    extra = serializers.DictField(required=False)

    class Meta:
        model = Client
        fields = (
            *("id", "version", "name", "status", "country", "province", "isic", "size_class", "tax_code", "extra"),
            *("external_ref", "registered_at"),
        )
        read_only_fields = ("id", "version", "status", "registered_at")

    def create(self, validated_data):
        key = " ".join(validated_data["name"].casefold().split())
        return Client.objects.create(name_key=key, territory=validated_data.get("province"), **validated_data)
