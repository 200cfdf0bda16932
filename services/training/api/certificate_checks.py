"""Certificate checks: anybody who has the code learns whether a certificate holds."""

from fastapi import Request, Response

from chassis.accept import best_language, liking
from chassis.auth import allow
from chassis.http import problems
from chassis.route import Routes, Uow
from contracts.principals import Public
from contracts.refusals import NotFound
from services.training.domain.certificates import check_code_in, standing_of
from services.training.queries import certificate_by_code
from services.training.schemas.check_page import LANGUAGES, POLICY, page_of, page_of_none
from services.training.schemas.results import CertificateCheckOut

routes = Routes("/v1/certificate-checks")
JSON, PAGE = "application/json", "text/html"
HEADERS = {"Cache-Control": "no-store", "Vary": "Accept, Accept-Language"}
PAGE_HEADERS = {**HEADERS, "Content-Security-Policy": POLICY, "Referrer-Policy": "no-referrer"}


@routes.get(
    "/{code}",
    dependencies=allow(Public),
    response_model=CertificateCheckOut,
    responses={200: {"content": {PAGE: {"schema": {"type": "string"}}}}, **problems(NotFound)},
)
async def check_certificate(code: str, request: Request, uow: Uow) -> Response:
    """Whether a certificate is valid, has expired or was revoked, and what it says; as a page if `Accept` says HTML.

    The code may be typed in either case, with or without hyphens, O for 0, I and L for 1. Whatever is no code of ours
    gets the same answer.
    """
    accept = request.headers.get("accept", "")
    as_page = liking(accept, PAGE) > liking(accept, JSON)
    language = best_language(request.headers.get("accept-language", ""), LANGUAGES)
    check = await _found(uow, code)
    if check is None:
        if not as_page:
            raise NotFound(thing="certificate")
        return Response(page_of_none(language), 404, {**PAGE_HEADERS, "Content-Language": language}, PAGE)
    if not as_page:
        return Response(check.model_dump_json(), 200, HEADERS, JSON)
    return Response(page_of(check, language), 200, {**PAGE_HEADERS, "Content-Language": language}, PAGE)


async def _found(uow: Uow, typed: str) -> CertificateCheckOut | None:
    code = check_code_in(typed)
    found = await certificate_by_code(uow, code) if code is not None else None
    if found is None:
        return None
    certificate, with_name = found
    return CertificateCheckOut.of(certificate, standing_of(certificate, uow.now()), with_name=with_name)
