"""Which service answers a path: the first segment behind /v1 alone decides."""

SERVICE_OF: dict[str, str] = {
    "clients": "clients",
    "consents": "clients",
    "sites": "clients",
    "service-requests": "clients",
    "client-imports": "clients",
    "client-import-mappings": "clients",
    "providers": "matching",
    "experts": "matching",
    "competences": "matching",
    "needs": "matching",
    "shortlists": "matching",
    "offers": "matching",
    "offer-links": "matching",
    "engagements": "matching",
    "work-reports": "matching",
    "assessments": "assessments",
    "options": "assessments",
    "savings": "assessments",
    "assessment-imports": "assessments",
    "assessment-import-mappings": "assessments",
    "courses": "training",
    "sessions": "training",
    "session-calendars": "training",
    "enrolments": "training",
    "attendance-imports": "training",
    "certificates": "training",
    "certificate-checks": "training",
    "certificate-jobs": "training",
    "impact": "impact",
    "impact-exports": "impact",
    "impact-export-mappings": "impact",
    "events": "exchange",
    "subscriptions": "exchange",
}

OWN = frozenset({"keys", "me", "clock", "pack"})
"""What the gateway answers itself."""


def service_of(path: str) -> str | None:
    """The service of a path, `gateway` for its own, None for a path nobody knows.

    `/v1/admin/{service}/…` is the one path whose second segment decides.
    """
    segments = path.split("/")
    if len(segments) < 3 or segments[0] != "" or segments[1] != "v1":
        return None
    if segments[2] == "admin":
        return segments[3] if len(segments) > 3 and segments[3] in set(SERVICE_OF.values()) else None
    return "gateway" if segments[2] in OWN else SERVICE_OF.get(segments[2])
