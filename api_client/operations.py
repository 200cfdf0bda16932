"""A method for each operation of the API. Written from contracts/openapi.json: change nothing here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal

from api_client.transport import File, Transport, Upload, segment

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from api_client import models


class Client(Transport):
    """The API as one person or machine: what its key may not do is refused with `Trouble`.

    `once` is the request's own key: sent twice, it takes effect once. Without one, each call has its own.
    `version` is the version that is changed, as it was read.
    """

    async def list_failed_deliveries(
        self,
        service: Literal["assessments", "clients", "exchange", "impact", "matching", "training"],
        *,
        state: str | None = None,
        cursor: str | None = None,
        limit: int | None = None,
    ) -> models.PageFailedDeliveryOut:
        """Records that did not take effect, oldest first."""
        answer: models.PageFailedDeliveryOut = await self._json(
            "GET",
            f"/v1/admin/{segment(service)}/failed-deliveries",
            query={"state": state, "cursor": cursor, "limit": limit},
        )
        return answer

    async def read_failed_delivery(
        self,
        service: Literal["assessments", "clients", "exchange", "impact", "matching", "training"],
        delivery_id: str | UUID,
    ) -> models.FailedDeliveryOut:
        """One failed delivery."""
        answer: models.FailedDeliveryOut = await self._json(
            "GET", f"/v1/admin/{segment(service)}/failed-deliveries/{segment(delivery_id)}"
        )
        return answer

    async def redrive_failed_delivery(
        self,
        service: Literal["assessments", "clients", "exchange", "impact", "matching", "training"],
        delivery_id: str | UUID,
        *,
        once: str | None = None,
    ) -> models.FailedDeliveryOut:
        """Try this record again now."""
        answer: models.FailedDeliveryOut = await self._json(
            "POST", f"/v1/admin/{segment(service)}/failed-deliveries/{segment(delivery_id)}/redrive", once=once
        )
        return answer

    async def skip_failed_delivery(
        self,
        service: Literal["assessments", "clients", "exchange", "impact", "matching", "training"],
        delivery_id: str | UUID,
        body: models.Skip,
        *,
        once: str | None = None,
    ) -> models.FailedDeliveryOut:
        """Give this record up, with a reason; those behind it go on."""
        answer: models.FailedDeliveryOut = await self._json(
            "POST", f"/v1/admin/{segment(service)}/failed-deliveries/{segment(delivery_id)}/skip", body, once=once
        )
        return answer

    async def list_notices(
        self,
        service: Literal["assessments", "clients", "exchange", "impact", "matching", "training"],
        *,
        state: Literal["waiting", "sending", "sent", "failed", "called_off"] | None = None,
        cursor: str | None = None,
        limit: int | None = None,
    ) -> models.PageNoticeOut:
        """Notices that have not been sent, oldest first; with `state` those of one state."""
        answer: models.PageNoticeOut = await self._json(
            "GET", f"/v1/admin/{segment(service)}/notices", query={"state": state, "cursor": cursor, "limit": limit}
        )
        return answer

    async def read_notice(
        self,
        service: Literal["assessments", "clients", "exchange", "impact", "matching", "training"],
        notice_id: str | UUID,
    ) -> models.NoticeOut:
        """One notice, and how far it has come."""
        answer: models.NoticeOut = await self._json("GET", f"/v1/admin/{segment(service)}/notices/{segment(notice_id)}")
        return answer

    async def retry_notice(
        self,
        service: Literal["assessments", "clients", "exchange", "impact", "matching", "training"],
        notice_id: str | UUID,
        *,
        once: str | None = None,
    ) -> models.NoticeOut:
        """Try one that was given up again now."""
        answer: models.NoticeOut = await self._json(
            "POST", f"/v1/admin/{segment(service)}/notices/{segment(notice_id)}/retry", once=once
        )
        return answer

    async def read_rebuild(
        self, service: Literal["assessments", "clients", "exchange", "impact", "matching", "training"]
    ) -> models.RebuildOut:
        """How the last rebuild went: events replayed, and whether the hash is what it was."""
        answer: models.RebuildOut = await self._json("GET", f"/v1/admin/{segment(service)}/rebuild")
        return answer

    async def rebuild_read_models(
        self,
        service: Literal["assessments", "clients", "exchange", "impact", "matching", "training"],
        *,
        once: str | None = None,
    ) -> models.RebuildOut:
        """Rebuild the read models of this service from the event log."""
        answer: models.RebuildOut = await self._json("POST", f"/v1/admin/{segment(service)}/rebuild", once=once)
        return answer

    async def redrive_all(
        self,
        service: Literal["assessments", "clients", "exchange", "impact", "matching", "training"],
        *,
        once: str | None = None,
    ) -> models.Redriven:
        """Try every failed delivery of this service again, and start a consumer that stopped itself."""
        answer: models.Redriven = await self._json("POST", f"/v1/admin/{segment(service)}/redrive", once=once)
        return answer

    async def retry_notices(
        self,
        service: Literal["assessments", "clients", "exchange", "impact", "matching", "training"],
        *,
        once: str | None = None,
    ) -> models.Retried:
        """Try every notice that was given up again, when what was in the way is mended."""
        answer: models.Retried = await self._json("POST", f"/v1/admin/{segment(service)}/retry-notices", once=once)
        return answer

    async def stop_redrive(
        self,
        service: Literal["assessments", "clients", "exchange", "impact", "matching", "training"],
        *,
        once: str | None = None,
    ) -> models.Redriven:
        """Stop a redrive: what still waits is dead until it is redriven again."""
        answer: models.Redriven = await self._json("POST", f"/v1/admin/{segment(service)}/stop", once=once)
        return answer

    async def list_assessment_import_mappings(
        self, *, name: str | None = None, cursor: str | None = None, limit: int | None = None
    ) -> models.PageSavedMappingOut:
        """The newest edition under each name; with `name`, every edition of it."""
        answer: models.PageSavedMappingOut = await self._json(
            "GET", "/v1/assessment-import-mappings", query={"name": name, "cursor": cursor, "limit": limit}
        )
        return answer

    async def save_assessment_import_mapping(
        self, body: models.SaveMapping, *, once: str | None = None
    ) -> models.SavedMappingOut:
        """Save a mapping that holds no fault. A name belongs to whoever saved it first; saved again it gets another
        edition, and imports that name it take the newest.
        """
        answer: models.SavedMappingOut = await self._json("POST", "/v1/assessment-import-mappings", body, once=once)
        return answer

    async def read_assessment_import_mapping(self, mapping_id: str | UUID) -> models.SavedMappingOut:
        """One edition of a mapping."""
        answer: models.SavedMappingOut = await self._json(
            "GET", f"/v1/assessment-import-mappings/{segment(mapping_id)}"
        )
        return answer

    async def list_assessment_imports(
        self, *, cursor: str | None = None, limit: int | None = None, newest_first: bool | None = None
    ) -> models.PageImportOut:
        """Your imports; an administrator sees everybody's."""
        answer: models.PageImportOut = await self._json(
            "GET", "/v1/assessment-imports", query={"cursor": cursor, "limit": limit, "newest_first": newest_first}
        )
        return answer

    async def import_assessments(
        self,
        *,
        assessments: Upload,
        recommendations: Upload,
        assessments_sheet: str | None = None,
        dry_run: bool | None = None,
        encoding: str | None = None,
        header_row: int | None = None,
        mapping: str | None = None,
        mapping_name: str | None = None,
        notify: str | None = None,
        preview: int | None = None,
        recommendations_sheet: str | None = None,
        separator: Literal[",", ";", "|", "comma", "semicolon", "tab", "bar"] | None = None,
        once: str | None = None,
    ) -> models.ImportOut:
        """Take in finished assessments with their recommendations; their clients have to be there. Repeating it adds
        nothing; a dry run only says what would happen.
        """
        answer: models.ImportOut = await self._json(
            "POST",
            "/v1/assessment-imports",
            files={"assessments": assessments, "recommendations": recommendations},
            fields={
                "assessments_sheet": assessments_sheet,
                "dry_run": dry_run,
                "encoding": encoding,
                "header_row": header_row,
                "mapping": mapping,
                "mapping_name": mapping_name,
                "notify": notify,
                "preview": preview,
                "recommendations_sheet": recommendations_sheet,
                "separator": separator,
            },
            once=once,
        )
        return answer

    async def read_assessment_import(self, import_id: str | UUID) -> models.ImportOut:
        """How far an import has come, in figures and sentences."""
        answer: models.ImportOut = await self._json("GET", f"/v1/assessment-imports/{segment(import_id)}")
        return answer

    async def cancel_assessment_import(self, import_id: str | UUID, *, once: str | None = None) -> models.ImportOut:
        """Stop an import at its next step; what it has taken in stays."""
        answer: models.ImportOut = await self._json(
            "POST", f"/v1/assessment-imports/{segment(import_id)}/cancel", once=once
        )
        return answer

    async def read_refused_assessment_rows(self, import_id: str | UUID, *, file: str | None = None) -> Sequence[Any]:
        """The refused rows of a file, which is named where both have some, as they were sent, each with its row, column,
        code and reason at the end.
        """
        answer: Sequence[Any] = await self._json(
            "GET", f"/v1/assessment-imports/{segment(import_id)}/refused-rows", query={"file": file}
        )
        return answer

    async def read_refused_assessment_rows_as(
        self,
        import_id: str | UUID,
        media_type: Literal["application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "text/csv", "*/*"],
        *,
        file: str | None = None,
    ) -> File:
        """The refused rows of a file, which is named where both have some, as they were sent, each with its row, column,
        code and reason at the end.
        """
        return await self._file(
            f"/v1/assessment-imports/{segment(import_id)}/refused-rows", media_type, query={"file": file}
        )

    async def list_assessments(
        self,
        *,
        client_id: str | UUID | None = None,
        site_id: str | UUID | None = None,
        need_id: str | UUID | None = None,
        engagement_id: str | UUID | None = None,
        programme_code: str | None = None,
        status: models.AssessmentStatus | None = None,
        cursor: str | None = None,
        limit: int | None = None,
    ) -> models.PageAssessmentOut:
        """The assessments you may see."""
        answer: models.PageAssessmentOut = await self._json(
            "GET",
            "/v1/assessments",
            query={
                "client_id": client_id,
                "site_id": site_id,
                "need_id": need_id,
                "engagement_id": engagement_id,
                "programme_code": programme_code,
                "status": status,
                "cursor": cursor,
                "limit": limit,
            },
        )
        return answer

    async def open_assessment(self, body: models.OpenAssessment, *, once: str | None = None) -> models.AssessmentOut:
        """Open an assessment that no engagement has opened; assign an assessor next."""
        answer: models.AssessmentOut = await self._json("POST", "/v1/assessments", body, once=once)
        return answer

    async def read_assessment(self, assessment_id: str | UUID) -> models.AssessmentOut:
        """One assessment with the totals and indicators of its baseline."""
        answer: models.AssessmentOut = await self._json("GET", f"/v1/assessments/{segment(assessment_id)}")
        return answer

    async def change_assessment(
        self, assessment_id: str | UUID, body: models.ChangeAssessment, *, version: int | str, once: str | None = None
    ) -> models.AssessmentOut:
        """Correct the day of the visit or the country's own fields."""
        answer: models.AssessmentOut = await self._json(
            "PATCH", f"/v1/assessments/{segment(assessment_id)}", body, version=version, once=once
        )
        return answer

    async def approve_assessment(self, assessment_id: str | UUID, *, once: str | None = None) -> models.AssessmentOut:
        """Agree with it: the company can decide on its options, and counts as assessed."""
        answer: models.AssessmentOut = await self._json(
            "POST", f"/v1/assessments/{segment(assessment_id)}/approve", once=once
        )
        return answer

    async def assign_assessment(
        self, assessment_id: str | UUID, body: models.AssignAssessment, *, once: str | None = None
    ) -> models.AssessmentOut:
        """Make a person responsible for it."""
        answer: models.AssessmentOut = await self._json(
            "POST", f"/v1/assessments/{segment(assessment_id)}/assign", body, once=once
        )
        return answer

    async def read_baseline(self, assessment_id: str | UUID) -> models.BaselineOut:
        """The baseline of an assessment, line by line, with productivity and intensity."""
        answer: models.BaselineOut = await self._json("GET", f"/v1/assessments/{segment(assessment_id)}/baseline")
        return answer

    async def record_baseline(
        self,
        assessment_id: str | UUID,
        body: models.RecordBaseline,
        *,
        version: int | str | None = None,
        once: str | None = None,
    ) -> models.BaselineOut:
        """Record the baseline; recorded again while the assessment is open, it replaces the first."""
        answer: models.BaselineOut = await self._json(
            "PUT", f"/v1/assessments/{segment(assessment_id)}/baseline", body, version=version, once=once
        )
        return answer

    async def cancel_assessment(self, assessment_id: str | UUID, *, once: str | None = None) -> models.AssessmentOut:
        """Call it off; an active engagement has to be cancelled first."""
        answer: models.AssessmentOut = await self._json(
            "POST", f"/v1/assessments/{segment(assessment_id)}/cancel", once=once
        )
        return answer

    async def complete_assessment(self, assessment_id: str | UUID, *, once: str | None = None) -> models.AssessmentOut:
        """Hand it to the reviewer, with its baseline and at least one option."""
        answer: models.AssessmentOut = await self._json(
            "POST", f"/v1/assessments/{segment(assessment_id)}/complete", once=once
        )
        return answer

    async def return_assessment(
        self, assessment_id: str | UUID, body: models.ReturnAssessment, *, once: str | None = None
    ) -> models.AssessmentOut:
        """Ask the assessor for a correction."""
        answer: models.AssessmentOut = await self._json(
            "POST", f"/v1/assessments/{segment(assessment_id)}/return", body, once=once
        )
        return answer

    async def list_attendance_imports(
        self, *, cursor: str | None = None, limit: int | None = None, newest_first: bool | None = None
    ) -> models.PageImportOut:
        """Your imports."""
        answer: models.PageImportOut = await self._json(
            "GET", "/v1/attendance-imports", query={"cursor": cursor, "limit": limit, "newest_first": newest_first}
        )
        return answer

    async def import_attendance(
        self,
        *,
        file: Upload,
        dry_run: bool | None = None,
        encoding: str | None = None,
        header_row: int | None = None,
        mapping: str | None = None,
        mapping_name: str | None = None,
        notify: str | None = None,
        preview: int | None = None,
        separator: Literal[",", ";", "|", "comma", "semicolon", "tab", "bar"] | None = None,
        session_id: str | UUID | None = None,
        sheet: str | None = None,
        once: str | None = None,
    ) -> models.ImportOut:
        """Record attendance and results from a list, as you would one by one: you are the evaluator. What does not fit
        comes back with row, column and reason; sending the list again changes nothing.
        """
        answer: models.ImportOut = await self._json(
            "POST",
            "/v1/attendance-imports",
            files={"file": file},
            fields={
                "dry_run": dry_run,
                "encoding": encoding,
                "header_row": header_row,
                "mapping": mapping,
                "mapping_name": mapping_name,
                "notify": notify,
                "preview": preview,
                "separator": separator,
                "session_id": session_id,
                "sheet": sheet,
            },
            once=once,
        )
        return answer

    async def read_attendance_import(self, import_id: str | UUID) -> models.ImportOut:
        """How far an import has come, in figures and sentences."""
        answer: models.ImportOut = await self._json("GET", f"/v1/attendance-imports/{segment(import_id)}")
        return answer

    async def cancel_attendance_import(self, import_id: str | UUID, *, once: str | None = None) -> models.ImportOut:
        """Stop an import at its next step; what it has recorded stays."""
        answer: models.ImportOut = await self._json(
            "POST", f"/v1/attendance-imports/{segment(import_id)}/cancel", once=once
        )
        return answer

    async def read_refused_attendance_rows(self, import_id: str | UUID, *, file: str | None = None) -> Sequence[Any]:
        """The refused rows in the format they were sent in, each with its row, column, code and reason at the end."""
        answer: Sequence[Any] = await self._json(
            "GET", f"/v1/attendance-imports/{segment(import_id)}/refused-rows", query={"file": file}
        )
        return answer

    async def read_refused_attendance_rows_as(
        self,
        import_id: str | UUID,
        media_type: Literal["application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "text/csv", "*/*"],
        *,
        file: str | None = None,
    ) -> File:
        """The refused rows in the format they were sent in, each with its row, column, code and reason at the end."""
        return await self._file(
            f"/v1/attendance-imports/{segment(import_id)}/refused-rows", media_type, query={"file": file}
        )

    async def check_certificate(self, code: str) -> models.CertificateCheckOut:
        """Whether a certificate is valid, has expired or was revoked, and what it says; as a page if `Accept` says HTML.

        The code may be typed in either case, with or without hyphens, O for 0, I and L for 1. Whatever is no code of ours
        gets the same answer.
        """
        answer: models.CertificateCheckOut = await self._json("GET", f"/v1/certificate-checks/{segment(code)}")
        return answer

    async def check_certificate_as(self, code: str, media_type: Literal["text/html", "*/*"]) -> File:
        """Whether a certificate is valid, has expired or was revoked, and what it says; as a page if `Accept` says HTML.

        The code may be typed in either case, with or without hyphens, O for 0, I and L for 1. Whatever is no code of ours
        gets the same answer.
        """
        return await self._file(f"/v1/certificate-checks/{segment(code)}", media_type)

    async def issue_certificates(
        self, body: models.IssueCertificates, *, once: str | None = None
    ) -> models.CertificateJobOut:
        """Issue the certificates of all who passed and never had one; asked again it issues none twice."""
        answer: models.CertificateJobOut = await self._json("POST", "/v1/certificate-jobs", body, once=once)
        return answer

    async def read_certificate_job(self, job_id: str | UUID) -> models.CertificateJobOut:
        """How far it has come."""
        answer: models.CertificateJobOut = await self._json("GET", f"/v1/certificate-jobs/{segment(job_id)}")
        return answer

    async def cancel_certificate_job(self, job_id: str | UUID, *, once: str | None = None) -> models.CertificateJobOut:
        """Stop it at its next step; the certificates it has issued stand."""
        answer: models.CertificateJobOut = await self._json(
            "POST", f"/v1/certificate-jobs/{segment(job_id)}/cancel", once=once
        )
        return answer

    async def list_certificates(
        self,
        *,
        session_id: str | UUID | None = None,
        person_id: str | UUID | None = None,
        provider_id: str | UUID | None = None,
        status: Literal["issued", "revoked", "expired"] | None = None,
        cursor: str | None = None,
        limit: int | None = None,
    ) -> models.PageCertificateOut:
        """The certificates you may see."""
        answer: models.PageCertificateOut = await self._json(
            "GET",
            "/v1/certificates",
            query={
                "session_id": session_id,
                "person_id": person_id,
                "provider_id": provider_id,
                "status": status,
                "cursor": cursor,
                "limit": limit,
            },
        )
        return answer

    async def issue_certificate(
        self, body: models.IssueCertificate, *, once: str | None = None
    ) -> models.CertificateOut:
        """Issue the certificate of somebody who passed, under a code by which anybody can check it.

        Where one was revoked by mistake or for a mistake another may be issued, under a code of its own.
        """
        answer: models.CertificateOut = await self._json("POST", "/v1/certificates", body, once=once)
        return answer

    async def read_certificate(self, certificate_id: str | UUID) -> models.CertificateOut:
        """One certificate with its context."""
        answer: models.CertificateOut = await self._json("GET", f"/v1/certificates/{segment(certificate_id)}")
        return answer

    async def read_certificate_qr(self, certificate_id: str | UUID) -> File:
        """The address at which it is checked as a QR code (SVG)."""
        return await self._file(f"/v1/certificates/{segment(certificate_id)}/qr", "image/svg+xml")

    async def revoke_certificate(
        self, certificate_id: str | UUID, body: models.Reason, *, once: str | None = None
    ) -> models.CertificateOut:
        """Take it back for good: whoever checks it is told, its competences are withdrawn."""
        answer: models.CertificateOut = await self._json(
            "POST", f"/v1/certificates/{segment(certificate_id)}/revoke", body, once=once
        )
        return answer

    async def list_client_import_mappings(
        self, *, name: str | None = None, cursor: str | None = None, limit: int | None = None
    ) -> models.PageSavedMappingOut:
        """The newest edition under each name; with `name`, every edition of it."""
        answer: models.PageSavedMappingOut = await self._json(
            "GET", "/v1/client-import-mappings", query={"name": name, "cursor": cursor, "limit": limit}
        )
        return answer

    async def save_client_import_mapping(
        self, body: models.SaveMapping, *, once: str | None = None
    ) -> models.SavedMappingOut:
        """Save a mapping that holds no fault. A name belongs to whoever saved it first; saved again it gets another
        edition, and imports that name it take the newest.
        """
        answer: models.SavedMappingOut = await self._json("POST", "/v1/client-import-mappings", body, once=once)
        return answer

    async def read_client_import_mapping(self, mapping_id: str | UUID) -> models.SavedMappingOut:
        """One edition of a mapping."""
        answer: models.SavedMappingOut = await self._json("GET", f"/v1/client-import-mappings/{segment(mapping_id)}")
        return answer

    async def list_client_imports(
        self, *, cursor: str | None = None, limit: int | None = None, newest_first: bool | None = None
    ) -> models.PageImportOut:
        """Your imports; an administrator sees everybody's."""
        answer: models.PageImportOut = await self._json(
            "GET", "/v1/client-imports", query={"cursor": cursor, "limit": limit, "newest_first": newest_first}
        )
        return answer

    async def import_clients(
        self,
        *,
        file: Upload,
        dry_run: bool | None = None,
        encoding: str | None = None,
        header_row: int | None = None,
        mapping: str | None = None,
        mapping_name: str | None = None,
        notify: str | None = None,
        preview: int | None = None,
        separator: Literal[",", ";", "|", "comma", "semicolon", "tab", "bar"] | None = None,
        sheet: str | None = None,
        once: str | None = None,
    ) -> models.ImportOut:
        """Take in the companies of a file. Repeating it adds nothing; a dry run only says what would happen."""
        answer: models.ImportOut = await self._json(
            "POST",
            "/v1/client-imports",
            files={"file": file},
            fields={
                "dry_run": dry_run,
                "encoding": encoding,
                "header_row": header_row,
                "mapping": mapping,
                "mapping_name": mapping_name,
                "notify": notify,
                "preview": preview,
                "separator": separator,
                "sheet": sheet,
            },
            once=once,
        )
        return answer

    async def read_client_import(self, import_id: str | UUID) -> models.ImportOut:
        """How far an import has come, in figures and sentences."""
        answer: models.ImportOut = await self._json("GET", f"/v1/client-imports/{segment(import_id)}")
        return answer

    async def cancel_client_import(self, import_id: str | UUID, *, once: str | None = None) -> models.ImportOut:
        """Stop an import at its next step; what it has taken in stays."""
        answer: models.ImportOut = await self._json(
            "POST", f"/v1/client-imports/{segment(import_id)}/cancel", once=once
        )
        return answer

    async def read_refused_client_rows(self, import_id: str | UUID, *, file: str | None = None) -> Sequence[Any]:
        """The refused rows in the format they were sent in, each with its row, column, code and reason at the end."""
        answer: Sequence[Any] = await self._json(
            "GET", f"/v1/client-imports/{segment(import_id)}/refused-rows", query={"file": file}
        )
        return answer

    async def read_refused_client_rows_as(
        self,
        import_id: str | UUID,
        media_type: Literal["application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "text/csv", "*/*"],
        *,
        file: str | None = None,
    ) -> File:
        """The refused rows in the format they were sent in, each with its row, column, code and reason at the end."""
        return await self._file(
            f"/v1/client-imports/{segment(import_id)}/refused-rows", media_type, query={"file": file}
        )

    async def list_clients(
        self,
        *,
        status: str | None = None,
        country: str | None = None,
        province: str | None = None,
        external_ref: str | None = None,
        cursor: str | None = None,
        limit: int | None = None,
    ) -> models.PageClientOut:
        """The companies you may see."""
        answer: models.PageClientOut = await self._json(
            "GET",
            "/v1/clients",
            query={
                "status": status,
                "country": country,
                "province": province,
                "external_ref": external_ref,
                "cursor": cursor,
                "limit": limit,
            },
        )
        return answer

    async def register_client(self, body: models.RegisterClient, *, once: str | None = None) -> models.ClientOut:
        """Take a company in."""
        answer: models.ClientOut = await self._json("POST", "/v1/clients", body, once=once)
        return answer

    async def read_client(self, client_id: str | UUID) -> models.ClientOut:
        """One company."""
        answer: models.ClientOut = await self._json("GET", f"/v1/clients/{segment(client_id)}")
        return answer

    async def change_client(
        self, client_id: str | UUID, body: models.ChangeClient, *, version: int | str, once: str | None = None
    ) -> models.ClientOut:
        """Correct what is known of a company; the company itself changes its extra facts only."""
        answer: models.ClientOut = await self._json(
            "PATCH", f"/v1/clients/{segment(client_id)}", body, version=version, once=once
        )
        return answer

    async def read_contacts(self, client_id: str | UUID) -> models.ContactsOut:
        """Whom to speak to; those who work for the company read it while it agrees to share."""
        answer: models.ContactsOut = await self._json("GET", f"/v1/clients/{segment(client_id)}/contacts")
        return answer

    async def put_contacts(
        self,
        client_id: str | UUID,
        body: models.PutContacts,
        *,
        version: int | str | None = None,
        once: str | None = None,
    ) -> models.ContactsOut:
        """Replace the contacts."""
        answer: models.ContactsOut = await self._json(
            "PUT", f"/v1/clients/{segment(client_id)}/contacts", body, version=version, once=once
        )
        return answer

    async def decline_client(
        self, client_id: str | UUID, body: models.Decline, *, once: str | None = None
    ) -> models.ClientOut:
        """The centre will not serve this company."""
        answer: models.ClientOut = await self._json(
            "POST", f"/v1/clients/{segment(client_id)}/decline", body, once=once
        )
        return answer

    async def qualify_client(self, client_id: str | UUID, *, once: str | None = None) -> models.ClientOut:
        """The centre may serve this company: name, place and sector are known."""
        answer: models.ClientOut = await self._json("POST", f"/v1/clients/{segment(client_id)}/qualify", once=once)
        return answer

    async def read_clock(self) -> models.ClockOut:
        """Business time."""
        answer: models.ClockOut = await self._json("GET", "/v1/clock")
        return answer

    async def advance_clock(self, body: models.Advance, *, once: str | None = None) -> models.ClockOut:
        """Move business time forward; deadlines that pass take effect in the next sweep."""
        answer: models.ClockOut = await self._json("POST", "/v1/clock/advance", body, once=once)
        return answer

    async def list_competences(
        self,
        *,
        provider_id: str | UUID | None = None,
        person_id: str | UUID | None = None,
        code: str | None = None,
        status: Literal["granted", "withdrawn"] | None = None,
        cursor: str | None = None,
        limit: int | None = None,
    ) -> models.PageCompetenceOut:
        """The competences you may see; expired ones among them, for validity follows from the dates."""
        answer: models.PageCompetenceOut = await self._json(
            "GET",
            "/v1/competences",
            query={
                "provider_id": provider_id,
                "person_id": person_id,
                "code": code,
                "status": status,
                "cursor": cursor,
                "limit": limit,
            },
        )
        return answer

    async def grant_competence(self, body: models.GrantCompetence, *, once: str | None = None) -> models.CompetenceOut:
        """Record that an expert holds a competence at a level for a time."""
        answer: models.CompetenceOut = await self._json("POST", "/v1/competences", body, once=once)
        return answer

    async def read_competence(self, competence_id: str | UUID) -> models.CompetenceOut:
        """One competence."""
        answer: models.CompetenceOut = await self._json("GET", f"/v1/competences/{segment(competence_id)}")
        return answer

    async def withdraw_competence(
        self, competence_id: str | UUID, body: models.Reason, *, once: str | None = None
    ) -> models.CompetenceOut:
        """The expert no longer holds it."""
        answer: models.CompetenceOut = await self._json(
            "POST", f"/v1/competences/{segment(competence_id)}/withdraw", body, once=once
        )
        return answer

    async def list_consents(
        self,
        *,
        client_id: str | UUID | None = None,
        purpose: str | None = None,
        status: str | None = None,
        cursor: str | None = None,
        limit: int | None = None,
    ) -> models.PageConsentOut:
        """What companies agreed to."""
        answer: models.PageConsentOut = await self._json(
            "GET",
            "/v1/consents",
            query={"client_id": client_id, "purpose": purpose, "status": status, "cursor": cursor, "limit": limit},
        )
        return answer

    async def give_consent(self, body: models.GiveConsent, *, once: str | None = None) -> models.ConsentOut:
        """Record what a company agrees to, for what purpose and until when."""
        answer: models.ConsentOut = await self._json("POST", "/v1/consents", body, once=once)
        return answer

    async def read_consent(self, consent_id: str | UUID) -> models.ConsentOut:
        """One consent."""
        answer: models.ConsentOut = await self._json("GET", f"/v1/consents/{segment(consent_id)}")
        return answer

    async def withdraw_consent(self, consent_id: str | UUID, *, once: str | None = None) -> models.ConsentOut:
        """Take an agreement back; open needs that rest on it are cancelled."""
        answer: models.ConsentOut = await self._json("POST", f"/v1/consents/{segment(consent_id)}/withdraw", once=once)
        return answer

    async def list_courses(
        self,
        *,
        status: Literal["offered", "withdrawn"] | None = None,
        cursor: str | None = None,
        limit: int | None = None,
    ) -> models.PageCourseOut:
        """The courses of the centre."""
        answer: models.PageCourseOut = await self._json(
            "GET", "/v1/courses", query={"status": status, "cursor": cursor, "limit": limit}
        )
        return answer

    async def offer_course(self, body: models.OfferCourse, *, once: str | None = None) -> models.CourseOut:
        """Offer a course."""
        answer: models.CourseOut = await self._json("POST", "/v1/courses", body, once=once)
        return answer

    async def read_course(self, course_id: str | UUID) -> models.CourseOut:
        """One course."""
        answer: models.CourseOut = await self._json("GET", f"/v1/courses/{segment(course_id)}")
        return answer

    async def change_course(
        self, course_id: str | UUID, body: models.ChangeCourse, *, version: int | str, once: str | None = None
    ) -> models.CourseOut:
        """Change what a course gives; sessions scheduled before keep their terms."""
        answer: models.CourseOut = await self._json(
            "PATCH", f"/v1/courses/{segment(course_id)}", body, version=version, once=once
        )
        return answer

    async def withdraw_course(self, course_id: str | UUID, *, once: str | None = None) -> models.CourseOut:
        """Schedule no further session of it; those scheduled are held."""
        answer: models.CourseOut = await self._json("POST", f"/v1/courses/{segment(course_id)}/withdraw", once=once)
        return answer

    async def list_engagements(
        self,
        *,
        need_id: str | UUID | None = None,
        client_id: str | UUID | None = None,
        provider_id: str | UUID | None = None,
        status: Literal["active", "completed", "cancelled"] | None = None,
        external_ref: str | None = None,
        cursor: str | None = None,
        limit: int | None = None,
    ) -> models.PageEngagementOut:
        """The engagements you may see; by `external_ref` those you have given that reference."""
        answer: models.PageEngagementOut = await self._json(
            "GET",
            "/v1/engagements",
            query={
                "need_id": need_id,
                "client_id": client_id,
                "provider_id": provider_id,
                "status": status,
                "external_ref": external_ref,
                "cursor": cursor,
                "limit": limit,
            },
        )
        return answer

    async def read_engagement(self, engagement_id: str | UUID) -> models.EngagementOut:
        """One engagement."""
        answer: models.EngagementOut = await self._json("GET", f"/v1/engagements/{segment(engagement_id)}")
        return answer

    async def change_engagement(
        self, engagement_id: str | UUID, body: models.ChangeEngagement, *, version: int | str, once: str | None = None
    ) -> models.EngagementOut:
        """Note your own reference."""
        answer: models.EngagementOut = await self._json(
            "PATCH", f"/v1/engagements/{segment(engagement_id)}", body, version=version, once=once
        )
        return answer

    async def cancel_engagement(
        self, engagement_id: str | UUID, body: models.Reason, *, once: str | None = None
    ) -> models.EngagementOut:
        """Give the work up; another provider is asked if the client still agrees to that."""
        answer: models.EngagementOut = await self._json(
            "POST", f"/v1/engagements/{segment(engagement_id)}/cancel", body, once=once
        )
        return answer

    async def rate_engagement(
        self, engagement_id: str | UUID, body: models.Rate, *, once: str | None = None
    ) -> models.EngagementOut:
        """Say how the other side was, once, after the end; each side reads the other when both have spoken."""
        answer: models.EngagementOut = await self._json(
            "POST", f"/v1/engagements/{segment(engagement_id)}/rate", body, once=once
        )
        return answer

    async def list_enrolments(
        self,
        *,
        session_id: str | UUID | None = None,
        person_id: str | UUID | None = None,
        provider_id: str | UUID | None = None,
        client_id: str | UUID | None = None,
        status: Literal[
            "confirmed",
            "waitlisted",
            "seat_offered",
            "declined",
            "lapsed",
            "cancelled",
            "attended",
            "absent",
            "passed",
            "failed",
        ]
        | None = None,
        cursor: str | None = None,
        limit: int | None = None,
    ) -> models.PageEnrolmentOut:
        """The enrolments you may see."""
        answer: models.PageEnrolmentOut = await self._json(
            "GET",
            "/v1/enrolments",
            query={
                "session_id": session_id,
                "person_id": person_id,
                "provider_id": provider_id,
                "client_id": client_id,
                "status": status,
                "cursor": cursor,
                "limit": limit,
            },
        )
        return answer

    async def enrol_people(
        self, body: models.EnrolPeople, *, once: str | None = None
    ) -> models.EnrolmentOut | models.PageEnrolmentOut:
        """Enrol one person, or several together or not at all; whoever finds no seat waits in the order of asking.

        One `participant` is answered by its enrolment, several `participants` by a page of theirs in the same order.
        """
        answer: models.EnrolmentOut | models.PageEnrolmentOut = await self._json(
            "POST", "/v1/enrolments", body, once=once
        )
        return answer

    async def read_enrolment(self, enrolment_id: str | UUID) -> models.EnrolmentOut:
        """One enrolment."""
        answer: models.EnrolmentOut = await self._json("GET", f"/v1/enrolments/{segment(enrolment_id)}")
        return answer

    async def accept_seat(self, enrolment_id: str | UUID, *, once: str | None = None) -> models.EnrolmentOut:
        """Take the seat that became free."""
        answer: models.EnrolmentOut = await self._json(
            "POST", f"/v1/enrolments/{segment(enrolment_id)}/accept-seat", once=once
        )
        return answer

    async def cancel_enrolment(
        self, enrolment_id: str | UUID, body: models.Reason, *, once: str | None = None
    ) -> models.EnrolmentOut:
        """Not to come after all; the seat is offered to whoever waits next."""
        answer: models.EnrolmentOut = await self._json(
            "POST", f"/v1/enrolments/{segment(enrolment_id)}/cancel", body, once=once
        )
        return answer

    async def decline_seat(self, enrolment_id: str | UUID, *, once: str | None = None) -> models.EnrolmentOut:
        """Leave the seat to whoever waits next."""
        answer: models.EnrolmentOut = await self._json(
            "POST", f"/v1/enrolments/{segment(enrolment_id)}/decline-seat", once=once
        )
        return answer

    async def record_attendance(
        self, enrolment_id: str | UUID, body: models.RecordAttendance, *, once: str | None = None
    ) -> models.EnrolmentOut:
        """Record whether somebody was there; until the session is completed or the person certified it is corrected so."""
        answer: models.EnrolmentOut = await self._json(
            "POST", f"/v1/enrolments/{segment(enrolment_id)}/record-attendance", body, once=once
        )
        return answer

    async def record_result(
        self, enrolment_id: str | UUID, body: models.RecordResult, *, once: str | None = None
    ) -> models.EnrolmentOut:
        """Record whether somebody passed, as the evaluator; corrected as attendance is."""
        answer: models.EnrolmentOut = await self._json(
            "POST", f"/v1/enrolments/{segment(enrolment_id)}/record-result", body, once=once
        )
        return answer

    async def list_events(
        self,
        *,
        after: str | None = None,
        type: Sequence[str] | None = None,
        subject: str | UUID | None = None,
        correlation_id: str | None = None,
        limit: int | None = None,
        wait: float | None = None,
    ) -> models.FeedOut:
        """The events behind a cursor, oldest first; an integrator sees the types and facts its key grants."""
        answer: models.FeedOut = await self._json(
            "GET",
            "/v1/events",
            query={
                "after": after,
                "type": type,
                "subject": subject,
                "correlation_id": correlation_id,
                "limit": limit,
                "wait": wait,
            },
        )
        return answer

    async def list_experts(
        self,
        *,
        provider_id: str | UUID | None = None,
        person_id: str | UUID | None = None,
        status: Literal["active", "retired"] | None = None,
        cursor: str | None = None,
        limit: int | None = None,
    ) -> models.PageExpertOut:
        """The experts you may see."""
        answer: models.PageExpertOut = await self._json(
            "GET",
            "/v1/experts",
            query={
                "provider_id": provider_id,
                "person_id": person_id,
                "status": status,
                "cursor": cursor,
                "limit": limit,
            },
        )
        return answer

    async def add_expert(self, body: models.AddExpert, *, once: str | None = None) -> models.ExpertOut:
        """Record that a person works for a provider; a person new to the centre gets its id here."""
        answer: models.ExpertOut = await self._json("POST", "/v1/experts", body, once=once)
        return answer

    async def read_expert(self, expert_id: str | UUID) -> models.ExpertOut:
        """One expert."""
        answer: models.ExpertOut = await self._json("GET", f"/v1/experts/{segment(expert_id)}")
        return answer

    async def retire_expert(self, expert_id: str | UUID, *, once: str | None = None) -> models.ExpertOut:
        """The person no longer works for the provider."""
        answer: models.ExpertOut = await self._json("POST", f"/v1/experts/{segment(expert_id)}/retire", once=once)
        return answer

    async def list_impact_export_mappings(
        self, *, name: str | None = None, cursor: str | None = None, limit: int | None = None
    ) -> models.PageSavedMappingOut:
        """The newest edition under each name; with `name`, every edition of it."""
        answer: models.PageSavedMappingOut = await self._json(
            "GET", "/v1/impact-export-mappings", query={"name": name, "cursor": cursor, "limit": limit}
        )
        return answer

    async def save_impact_export_mapping(
        self, body: models.SaveMapping, *, once: str | None = None
    ) -> models.SavedMappingOut:
        """Save a mapping that holds no fault. A name belongs to whoever saved it first; saved again it gets another
        edition, and exports that name it take the newest.
        """
        answer: models.SavedMappingOut = await self._json("POST", "/v1/impact-export-mappings", body, once=once)
        return answer

    async def read_impact_export_mapping(self, mapping_id: str | UUID) -> models.SavedMappingOut:
        """One edition of a mapping."""
        answer: models.SavedMappingOut = await self._json("GET", f"/v1/impact-export-mappings/{segment(mapping_id)}")
        return answer

    async def list_impact_exports(self, *, cursor: str | None = None, limit: int | None = None) -> models.PageExportOut:
        """What was exported, without the payloads; an integrator sees its own."""
        answer: models.PageExportOut = await self._json(
            "GET", "/v1/impact-exports", query={"cursor": cursor, "limit": limit}
        )
        return answer

    async def export_impact(self, body: models.ExportImpact, *, once: str | None = None) -> models.ExportOut:
        """The figures of a year as a DHIS2 takes them, or in a dry run what stands in the way.

        Figures of too few companies or people are left out, unless the key grants figures. What the mapping does not know
        refuses the export: half a report never leaves.
        """
        answer: models.ExportOut = await self._json("POST", "/v1/impact-exports", body, once=once)
        return answer

    async def read_impact_export(self, export_id: str | UUID) -> models.ExportOut:
        """An export as it was made, with its payload."""
        answer: models.ExportOut = await self._json("GET", f"/v1/impact-exports/{segment(export_id)}")
        return answer

    async def read_funnel(
        self, *, province: str | None = None, programme: str | None = None, year: int | None = None
    ) -> models.FunnelOut:
        """How many different clients registered, asked, were assessed, implemented an option and had one verified.

        A year is that of the step itself; a province is that of the site, abroad its country.
        """
        answer: models.FunnelOut = await self._json(
            "GET", "/v1/impact/funnel", query={"province": province, "programme": programme, "year": year}
        )
        return answer

    async def read_funnel_as(
        self,
        media_type: Literal["application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "text/csv", "*/*"],
        *,
        province: str | None = None,
        programme: str | None = None,
        year: int | None = None,
    ) -> File:
        """How many different clients registered, asked, were assessed, implemented an option and had one verified.

        A year is that of the step itself; a province is that of the site, abroad its country.
        """
        return await self._file(
            "/v1/impact/funnel", media_type, query={"province": province, "programme": programme, "year": year}
        )

    async def read_options(
        self,
        *,
        by: Literal["status", "province", "isic_division", "year", "programme"] | None = None,
        basis: Literal["current", "reached"] | None = None,
    ) -> models.OptionsOut:
        """What options cost and save a year: `current` counts each where it stands, `reached` at every stage it passed."""
        answer: models.OptionsOut = await self._json("GET", "/v1/impact/options", query={"by": by, "basis": basis})
        return answer

    async def read_options_as(
        self,
        media_type: Literal["application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "text/csv", "*/*"],
        *,
        by: Literal["status", "province", "isic_division", "year", "programme"] | None = None,
        basis: Literal["current", "reached"] | None = None,
    ) -> File:
        """What options cost and save a year: `current` counts each where it stands, `reached` at every stage it passed."""
        return await self._file("/v1/impact/options", media_type, query={"by": by, "basis": basis})

    async def read_programme(self, code: str, *, period: str | None = None) -> models.ProgrammeOut:
        """A programme's targets beside what has been attributed to it, with its funnel, savings and training.

        As a workbook it is the donor's report: the same figures, each with its definition and the number of records behind
        it. A period is of whole calendar years; targets are always those of the whole programme.
        """
        answer: models.ProgrammeOut = await self._json(
            "GET", f"/v1/impact/programmes/{segment(code)}", query={"period": period}
        )
        return answer

    async def read_programme_as(
        self,
        code: str,
        media_type: Literal["application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "text/csv", "*/*"],
        *,
        period: str | None = None,
    ) -> File:
        """A programme's targets beside what has been attributed to it, with its funnel, savings and training.

        As a workbook it is the donor's report: the same figures, each with its definition and the number of records behind
        it. A period is of whole calendar years; targets are always those of the whole programme.
        """
        return await self._file(f"/v1/impact/programmes/{segment(code)}", media_type, query={"period": period})

    async def read_training(self, *, by: Literal["programme", "province", "year"] | None = None) -> models.TrainingOut:
        """Sessions held, different people trained with women's share, and certificates with what became of them.

        A province is that of the session, abroad its country. Of a year are the people whose first session that was, and
        the certificates issued in it.
        """
        answer: models.TrainingOut = await self._json("GET", "/v1/impact/training", query={"by": by})
        return answer

    async def read_training_as(
        self,
        media_type: Literal["application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "text/csv", "*/*"],
        *,
        by: Literal["programme", "province", "year"] | None = None,
    ) -> File:
        """Sessions held, different people trained with women's share, and certificates with what became of them.

        A province is that of the session, abroad its country. Of a year are the people whose first session that was, and
        the certificates issued in it.
        """
        return await self._file("/v1/impact/training", media_type, query={"by": by})

    async def list_keys(
        self,
        *,
        principal_id: str | UUID | None = None,
        person_id: str | UUID | None = None,
        client_id: str | UUID | None = None,
        provider_id: str | UUID | None = None,
        status: Literal["valid", "expired", "revoked"] | None = None,
        cursor: str | None = None,
        limit: int | None = None,
    ) -> models.PageKeyOut:
        """Every key ever given, without its text, oldest first."""
        answer: models.PageKeyOut = await self._json(
            "GET",
            "/v1/keys",
            query={
                "principal_id": principal_id,
                "person_id": person_id,
                "client_id": client_id,
                "provider_id": provider_id,
                "status": status,
                "cursor": cursor,
                "limit": limit,
            },
        )
        return answer

    async def create_key(self, body: models.CreateKey, *, once: str | None = None) -> models.CreatedKey:
        """Give a key. Its text is in this answer and nowhere else."""
        answer: models.CreatedKey = await self._json("POST", "/v1/keys", body, once=once)
        return answer

    async def read_key(self, key_id: str | UUID) -> models.KeyOut:
        """One key, without its text."""
        answer: models.KeyOut = await self._json("GET", f"/v1/keys/{segment(key_id)}")
        return answer

    async def revoke_key(self, key_id: str | UUID, *, once: str | None = None) -> models.KeyOut:
        """End a key: here at once, in other processes of the gateway within seconds."""
        answer: models.KeyOut = await self._json("POST", f"/v1/keys/{segment(key_id)}/revoke", once=once)
        return answer

    async def read_me(self) -> models.MeOut:
        """Who you are here, and what you are limited to."""
        answer: models.MeOut = await self._json("GET", "/v1/me")
        return answer

    async def list_needs(
        self,
        *,
        status: Literal["open", "filled", "unmet", "cancelled"] | None = None,
        client_id: str | UUID | None = None,
        request_id: str | UUID | None = None,
        kind: str | None = None,
        cursor: str | None = None,
        limit: int | None = None,
    ) -> models.PageNeedOut:
        """The jobs of your territory."""
        answer: models.PageNeedOut = await self._json(
            "GET",
            "/v1/needs",
            query={
                "status": status,
                "client_id": client_id,
                "request_id": request_id,
                "kind": kind,
                "cursor": cursor,
                "limit": limit,
            },
        )
        return answer

    async def open_need(self, body: models.OpenNeed, *, once: str | None = None) -> models.NeedOut:
        """Look for a provider for a job nobody has asked for by a service request; the first is asked at once."""
        answer: models.NeedOut = await self._json("POST", "/v1/needs", body, once=once)
        return answer

    async def read_need(self, need_id: str | UUID) -> models.NeedOut:
        """One job."""
        answer: models.NeedOut = await self._json("GET", f"/v1/needs/{segment(need_id)}")
        return answer

    async def cancel_need(self, need_id: str | UUID, body: models.Reason, *, once: str | None = None) -> models.NeedOut:
        """Stop looking; open offers are withdrawn."""
        answer: models.NeedOut = await self._json("POST", f"/v1/needs/{segment(need_id)}/cancel", body, once=once)
        return answer

    async def read_offer_link(self, code: str) -> models.OfferLinkOut:
        """The offer of a link; reading changes nothing."""
        answer: models.OfferLinkOut = await self._json("GET", f"/v1/offer-links/{segment(code)}")
        return answer

    async def accept_offer_link(
        self, code: str, body: models.AcceptOffer, *, once: str | None = None
    ) -> models.OfferLinkOut:
        """Take the job with the expert you name."""
        answer: models.OfferLinkOut = await self._json(
            "POST", f"/v1/offer-links/{segment(code)}/accept", body, once=once
        )
        return answer

    async def decline_offer_link(
        self, code: str, body: models.DeclineOffer, *, once: str | None = None
    ) -> models.OfferLinkOut:
        """Say no, with a reason."""
        answer: models.OfferLinkOut = await self._json(
            "POST", f"/v1/offer-links/{segment(code)}/decline", body, once=once
        )
        return answer

    async def list_offers(
        self,
        *,
        need_id: str | UUID | None = None,
        provider_id: str | UUID | None = None,
        status: Literal["open", "accepted", "declined", "expired", "withdrawn"] | None = None,
        cursor: str | None = None,
        limit: int | None = None,
    ) -> models.PageOfferOut:
        """The offers you may see."""
        answer: models.PageOfferOut = await self._json(
            "GET",
            "/v1/offers",
            query={"need_id": need_id, "provider_id": provider_id, "status": status, "cursor": cursor, "limit": limit},
        )
        return answer

    async def make_offer(self, body: models.MakeOffer, *, once: str | None = None) -> models.OfferMadeOut:
        """Offer the job to a provider of your choice, whom no hard rule excludes; it may have been asked before."""
        answer: models.OfferMadeOut = await self._json("POST", "/v1/offers", body, once=once)
        return answer

    async def read_offer(self, offer_id: str | UUID) -> models.OfferOut:
        """One offer."""
        answer: models.OfferOut = await self._json("GET", f"/v1/offers/{segment(offer_id)}")
        return answer

    async def accept_offer(
        self, offer_id: str | UUID, body: models.AcceptOffer, *, once: str | None = None
    ) -> models.OfferOut:
        """Take the job with the expert you name: its days are booked, the engagement begins."""
        answer: models.OfferOut = await self._json("POST", f"/v1/offers/{segment(offer_id)}/accept", body, once=once)
        return answer

    async def decline_offer(
        self, offer_id: str | UUID, body: models.DeclineOffer, *, once: str | None = None
    ) -> models.OfferOut:
        """Say no, with a reason."""
        answer: models.OfferOut = await self._json("POST", f"/v1/offers/{segment(offer_id)}/decline", body, once=once)
        return answer

    async def withdraw_offer(
        self, offer_id: str | UUID, body: models.Reason, *, once: str | None = None
    ) -> models.OfferOut:
        """Take an offer back; the next provider is asked."""
        answer: models.OfferOut = await self._json("POST", f"/v1/offers/{segment(offer_id)}/withdraw", body, once=once)
        return answer

    async def list_options(
        self,
        *,
        assessment_id: str | UUID | None = None,
        client_id: str | UUID | None = None,
        status: models.OptionStatus | None = None,
        cursor: str | None = None,
        limit: int | None = None,
    ) -> models.OptionPage:
        """The options you may see; of one assessment, with the payback of all of them together."""
        answer: models.OptionPage = await self._json(
            "GET",
            "/v1/options",
            query={
                "assessment_id": assessment_id,
                "client_id": client_id,
                "status": status,
                "cursor": cursor,
                "limit": limit,
            },
        )
        return answer

    async def identify_option(self, body: models.IdentifyOption, *, once: str | None = None) -> models.OptionOut:
        """Recommend a measure in an open assessment."""
        answer: models.OptionOut = await self._json("POST", "/v1/options", body, once=once)
        return answer

    async def read_option(self, option_id: str | UUID) -> models.OptionOut:
        """One option with its payback, present value and rate of return, and every measurement of it."""
        answer: models.OptionOut = await self._json("GET", f"/v1/options/{segment(option_id)}")
        return answer

    async def change_option(
        self, option_id: str | UUID, body: models.ChangeOption, *, version: int | str, once: str | None = None
    ) -> models.OptionOut:
        """Correct a recommendation while its assessment is open."""
        answer: models.OptionOut = await self._json(
            "PATCH", f"/v1/options/{segment(option_id)}", body, version=version, once=once
        )
        return answer

    async def approve_option(self, option_id: str | UUID, *, once: str | None = None) -> models.OptionOut:
        """The company will do it."""
        answer: models.OptionOut = await self._json("POST", f"/v1/options/{segment(option_id)}/approve", once=once)
        return answer

    async def implement_option(
        self, option_id: str | UUID, body: models.ImplementOption, *, once: str | None = None
    ) -> models.OptionOut:
        """It was done, as you state; only a measurement makes it a verified saving."""
        answer: models.OptionOut = await self._json(
            "POST", f"/v1/options/{segment(option_id)}/implement", body, once=once
        )
        return answer

    async def postpone_option(self, option_id: str | UUID, *, once: str | None = None) -> models.OptionOut:
        """The company decides later; left open for too long it counts as refused."""
        answer: models.OptionOut = await self._json("POST", f"/v1/options/{segment(option_id)}/postpone", once=once)
        return answer

    async def refuse_option(
        self, option_id: str | UUID, body: models.RefuseOption, *, once: str | None = None
    ) -> models.OptionOut:
        """The company will not do it, for a reason of the country's list."""
        answer: models.OptionOut = await self._json("POST", f"/v1/options/{segment(option_id)}/refuse", body, once=once)
        return answer

    async def verify_option(
        self, option_id: str | UUID, body: models.VerifyOption, *, once: str | None = None
    ) -> models.OptionOut:
        """Record the measured result of an implemented option; only a demonstrated saving makes it verified."""
        answer: models.OptionOut = await self._json("POST", f"/v1/options/{segment(option_id)}/verify", body, once=once)
        return answer

    async def read_pack(self) -> models.PackOut:
        """The codes and names this centre's country pack gives to choose from: provinces, programmes, kinds of service,
        competences, reasons by operation, further fields of forms. For everybody; ask again with its ETag.
        """
        answer: models.PackOut = await self._json("GET", "/v1/pack")
        return answer

    async def list_providers(
        self,
        *,
        status: Literal["registered", "approved", "suspended"] | None = None,
        kind: Literal["firm", "person"] | None = None,
        country: str | None = None,
        cursor: str | None = None,
        limit: int | None = None,
    ) -> models.PageProviderOut:
        """The providers you may see."""
        answer: models.PageProviderOut = await self._json(
            "GET",
            "/v1/providers",
            query={"status": status, "kind": kind, "country": country, "cursor": cursor, "limit": limit},
        )
        return answer

    async def register_provider(self, body: models.RegisterProvider, *, once: str | None = None) -> models.ProviderOut:
        """Take a firm or person in; it gets offers once it is approved."""
        answer: models.ProviderOut = await self._json("POST", "/v1/providers", body, once=once)
        return answer

    async def read_provider(self, provider_id: str | UUID) -> models.ProviderOut:
        """One provider."""
        answer: models.ProviderOut = await self._json("GET", f"/v1/providers/{segment(provider_id)}")
        return answer

    async def change_provider(
        self, provider_id: str | UUID, body: models.ChangeProvider, *, version: int | str, once: str | None = None
    ) -> models.ProviderOut:
        """Correct what is known of a provider; a provider itself what it decides alone."""
        answer: models.ProviderOut = await self._json(
            "PATCH", f"/v1/providers/{segment(provider_id)}", body, version=version, once=once
        )
        return answer

    async def approve_provider(self, provider_id: str | UUID, *, once: str | None = None) -> models.ProviderOut:
        """Let it have offers."""
        answer: models.ProviderOut = await self._json(
            "POST", f"/v1/providers/{segment(provider_id)}/approve", once=once
        )
        return answer

    async def reinstate_provider(self, provider_id: str | UUID, *, once: str | None = None) -> models.ProviderOut:
        """Let it have offers again."""
        answer: models.ProviderOut = await self._json(
            "POST", f"/v1/providers/{segment(provider_id)}/reinstate", once=once
        )
        return answer

    async def suspend_provider(
        self, provider_id: str | UUID, body: models.Reason, *, once: str | None = None
    ) -> models.ProviderOut:
        """No offers for now: open ones are withdrawn; running engagements are left to you."""
        answer: models.ProviderOut = await self._json(
            "POST", f"/v1/providers/{segment(provider_id)}/suspend", body, once=once
        )
        return answer

    async def list_savings(
        self,
        *,
        assessment_id: str | UUID | None = None,
        option_id: str | UUID | None = None,
        client_id: str | UUID | None = None,
        stage: Literal["identified", "approved", "implemented", "verified"] | None = None,
        cursor: str | None = None,
        limit: int | None = None,
    ) -> models.PageSavingLineOut:
        """One line per option and stage; lines of different stages are never added up."""
        answer: models.PageSavingLineOut = await self._json(
            "GET",
            "/v1/savings",
            query={
                "assessment_id": assessment_id,
                "option_id": option_id,
                "client_id": client_id,
                "stage": stage,
                "cursor": cursor,
                "limit": limit,
            },
        )
        return answer

    async def list_service_requests(
        self,
        *,
        client_id: str | UUID | None = None,
        status: str | None = None,
        kind: str | None = None,
        external_ref: str | None = None,
        cursor: str | None = None,
        limit: int | None = None,
    ) -> models.PageServiceRequestOut:
        """What companies asked for."""
        answer: models.PageServiceRequestOut = await self._json(
            "GET",
            "/v1/service-requests",
            query={
                "client_id": client_id,
                "status": status,
                "kind": kind,
                "external_ref": external_ref,
                "cursor": cursor,
                "limit": limit,
            },
        )
        return answer

    async def submit_service_request(
        self, body: models.SubmitServiceRequest, *, once: str | None = None
    ) -> models.ServiceRequestOut:
        """Ask for a service; matching hears of it and looks for a provider."""
        answer: models.ServiceRequestOut = await self._json("POST", "/v1/service-requests", body, once=once)
        return answer

    async def read_service_request(self, request_id: str | UUID) -> models.ServiceRequestOut:
        """One service request."""
        answer: models.ServiceRequestOut = await self._json("GET", f"/v1/service-requests/{segment(request_id)}")
        return answer

    async def cancel_service_request(
        self, request_id: str | UUID, *, once: str | None = None
    ) -> models.ServiceRequestOut:
        """Ask to cancel; it is off when matching says so, for an acceptance may have come first."""
        answer: models.ServiceRequestOut = await self._json(
            "POST", f"/v1/service-requests/{segment(request_id)}/cancel", once=once
        )
        return answer

    async def list_session_calendars(
        self, *, cursor: str | None = None, limit: int | None = None
    ) -> models.PageSessionCalendarOut:
        """The feeds you made, an officer all; their codes are not shown again."""
        answer: models.PageSessionCalendarOut = await self._json(
            "GET", "/v1/session-calendars", query={"cursor": cursor, "limit": limit}
        )
        return answer

    async def make_session_calendar(
        self, body: models.MakeSessionCalendar, *, once: str | None = None
    ) -> models.SessionCalendarMadeOut:
        """A feed of one session, or of everything a provider is enrolled in or teaches; a provider's own only."""
        answer: models.SessionCalendarMadeOut = await self._json("POST", "/v1/session-calendars", body, once=once)
        return answer

    async def revoke_session_calendar(
        self, calendar_id: str | UUID, *, once: str | None = None
    ) -> models.SessionCalendarOut:
        """Its address leads nowhere any more."""
        answer: models.SessionCalendarOut = await self._json(
            "POST", f"/v1/session-calendars/{segment(calendar_id)}/revoke", once=once
        )
        return answer

    async def read_session_calendar(self, code: str) -> File:
        """The feed behind a code: times in the zone of the venue, moved and cancelled sessions too, nobody's name.

        A provider's begins with what ended 400 days ago.
        """
        return await self._file(f"/v1/session-calendars/{segment(code)}", "text/calendar")

    async def list_sessions(
        self,
        *,
        course_id: str | UUID | None = None,
        status: Literal["scheduled", "completed", "cancelled"] | None = None,
        programme_code: str | None = None,
        province: str | None = None,
        starts_from: str | datetime | None = None,
        starts_before: str | datetime | None = None,
        cursor: str | None = None,
        limit: int | None = None,
    ) -> models.PageSessionOut:
        """The sessions of the centre."""
        answer: models.PageSessionOut = await self._json(
            "GET",
            "/v1/sessions",
            query={
                "course_id": course_id,
                "status": status,
                "programme_code": programme_code,
                "province": province,
                "starts_from": starts_from,
                "starts_before": starts_before,
                "cursor": cursor,
                "limit": limit,
            },
        )
        return answer

    async def schedule_session(self, body: models.ScheduleSession, *, once: str | None = None) -> models.SessionOut:
        """Announce a session of a course."""
        answer: models.SessionOut = await self._json("POST", "/v1/sessions", body, once=once)
        return answer

    async def read_session(self, session_id: str | UUID) -> models.SessionOut:
        """One session."""
        answer: models.SessionOut = await self._json("GET", f"/v1/sessions/{segment(session_id)}")
        return answer

    async def change_session(
        self, session_id: str | UUID, body: models.ChangeSession, *, version: int | str, once: str | None = None
    ) -> models.SessionOut:
        """Move it, or give it other seats or trainers; seats it gains are offered to those who wait."""
        answer: models.SessionOut = await self._json(
            "PATCH", f"/v1/sessions/{segment(session_id)}", body, version=version, once=once
        )
        return answer

    async def read_calendar_of_session(self, session_id: str | UUID) -> File:
        """One session as a calendar file."""
        return await self._file(f"/v1/sessions/{segment(session_id)}/calendar", "text/calendar")

    async def cancel_session(
        self, session_id: str | UUID, body: models.Reason, *, once: str | None = None
    ) -> models.SessionOut:
        """Hold it not at all; nobody remains enrolled."""
        answer: models.SessionOut = await self._json(
            "POST", f"/v1/sessions/{segment(session_id)}/cancel", body, once=once
        )
        return answer

    async def complete_session(self, session_id: str | UUID, *, once: str | None = None) -> models.SessionOut:
        """It was held."""
        answer: models.SessionOut = await self._json("POST", f"/v1/sessions/{segment(session_id)}/complete", once=once)
        return answer

    async def list_shortlists(
        self, *, need_id: str | UUID | None = None, cursor: str | None = None, limit: int | None = None
    ) -> models.PageShortlistOut:
        """The scoring runs you may see; a provider those that have judged it."""
        answer: models.PageShortlistOut = await self._json(
            "GET", "/v1/shortlists", query={"need_id": need_id, "cursor": cursor, "limit": limit}
        )
        return answer

    async def make_shortlist(self, body: models.MakeShortlist, *, once: str | None = None) -> models.ShortlistOut:
        """Judge all providers anew; an unmet need is open again if one is eligible now."""
        answer: models.ShortlistOut = await self._json("POST", "/v1/shortlists", body, once=once)
        return answer

    async def read_shortlist(self, shortlist_id: str | UUID) -> models.ShortlistOut:
        """One scoring run."""
        answer: models.ShortlistOut = await self._json("GET", f"/v1/shortlists/{segment(shortlist_id)}")
        return answer

    async def list_candidates(
        self, shortlist_id: str | UUID, *, cursor: str | None = None, limit: int | None = None
    ) -> models.PageCandidateOut:
        """Every provider judged, the best first; a provider reads its own row: why me, why not me."""
        answer: models.PageCandidateOut = await self._json(
            "GET", f"/v1/shortlists/{segment(shortlist_id)}/candidates", query={"cursor": cursor, "limit": limit}
        )
        return answer

    async def list_sites(
        self,
        *,
        client_id: str | UUID | None = None,
        status: str | None = None,
        cursor: str | None = None,
        limit: int | None = None,
    ) -> models.PageSiteOut:
        """The plants you may see."""
        answer: models.PageSiteOut = await self._json(
            "GET", "/v1/sites", query={"client_id": client_id, "status": status, "cursor": cursor, "limit": limit}
        )
        return answer

    async def open_site(self, body: models.OpenSite, *, once: str | None = None) -> models.SiteOut:
        """Record a plant of a company."""
        answer: models.SiteOut = await self._json("POST", "/v1/sites", body, once=once)
        return answer

    async def read_site(self, site_id: str | UUID) -> models.SiteOut:
        """One plant."""
        answer: models.SiteOut = await self._json("GET", f"/v1/sites/{segment(site_id)}")
        return answer

    async def change_site(
        self, site_id: str | UUID, body: models.ChangeSite, *, version: int | str, once: str | None = None
    ) -> models.SiteOut:
        """Correct a plant's name or place."""
        answer: models.SiteOut = await self._json(
            "PATCH", f"/v1/sites/{segment(site_id)}", body, version=version, once=once
        )
        return answer

    async def close_site(self, site_id: str | UUID, *, once: str | None = None) -> models.SiteOut:
        """The plant no longer works."""
        answer: models.SiteOut = await self._json("POST", f"/v1/sites/{segment(site_id)}/close", once=once)
        return answer

    async def list_subscriptions(
        self,
        *,
        status: Literal["active", "paused", "disabled"] | None = None,
        cursor: str | None = None,
        limit: int | None = None,
    ) -> models.PageSubscriptionOut:
        """Where events are sent: an integrator sees its own subscriptions, the administrator all."""
        answer: models.PageSubscriptionOut = await self._json(
            "GET", "/v1/subscriptions", query={"status": status, "cursor": cursor, "limit": limit}
        )
        return answer

    async def create_subscription(
        self, body: models.CreateSubscription, *, once: str | None = None
    ) -> models.SecretShown:
        """Have events sent from now on, in the order of the feed, each at least once; earlier ones stand in the feed."""
        answer: models.SecretShown = await self._json("POST", "/v1/subscriptions", body, once=once)
        return answer

    async def read_subscription(self, subscription_id: str | UUID) -> models.SubscriptionOut:
        """One subscription, how far it has come, and why it stands still if it does."""
        answer: models.SubscriptionOut = await self._json("GET", f"/v1/subscriptions/{segment(subscription_id)}")
        return answer

    async def list_subscription_deliveries(
        self, subscription_id: str | UUID, *, cursor: str | None = None, limit: int | None = None
    ) -> models.PageDeliveryOut:
        """Every attempt of the last 30 days, the latest first: what was sent and what came back."""
        answer: models.PageDeliveryOut = await self._json(
            "GET", f"/v1/subscriptions/{segment(subscription_id)}/deliveries", query={"cursor": cursor, "limit": limit}
        )
        return answer

    async def pause_subscription(
        self, subscription_id: str | UUID, *, once: str | None = None
    ) -> models.SubscriptionOut:
        """Send nothing more until it is resumed; what the administrator pauses for somebody else only it resumes."""
        answer: models.SubscriptionOut = await self._json(
            "POST", f"/v1/subscriptions/{segment(subscription_id)}/pause", once=once
        )
        return answer

    async def resume_subscription(
        self, subscription_id: str | UUID, *, once: str | None = None
    ) -> models.SubscriptionOut:
        """Go on where it stopped: nothing that happened meanwhile is left out."""
        answer: models.SubscriptionOut = await self._json(
            "POST", f"/v1/subscriptions/{segment(subscription_id)}/resume", once=once
        )
        return answer

    async def rotate_secret(self, subscription_id: str | UUID, *, once: str | None = None) -> models.SecretShown:
        """A new secret, shown this once; for a day every delivery is signed with the old one too."""
        answer: models.SecretShown = await self._json(
            "POST", f"/v1/subscriptions/{segment(subscription_id)}/rotate-secret", once=once
        )
        return answer

    async def test_subscription(
        self, subscription_id: str | UUID, *, once: str | None = None
    ) -> models.SubscriptionOut:
        """Send one event marked as a test, once, also while it is paused; the delivery log says what became of it."""
        answer: models.SubscriptionOut = await self._json(
            "POST", f"/v1/subscriptions/{segment(subscription_id)}/test", once=once
        )
        return answer

    async def list_work_reports(
        self,
        *,
        engagement_id: str | UUID | None = None,
        provider_id: str | UUID | None = None,
        status: Literal["submitted", "approved", "returned"] | None = None,
        external_ref: str | None = None,
        cursor: str | None = None,
        limit: int | None = None,
    ) -> models.PageWorkReportOut:
        """The reports you may see; by `external_ref` the one you have given that reference."""
        answer: models.PageWorkReportOut = await self._json(
            "GET",
            "/v1/work-reports",
            query={
                "engagement_id": engagement_id,
                "provider_id": provider_id,
                "status": status,
                "external_ref": external_ref,
                "cursor": cursor,
                "limit": limit,
            },
        )
        return answer

    async def submit_work_report(
        self, body: models.SubmitWorkReport, *, once: str | None = None
    ) -> models.WorkReportOut:
        """Report work on a running engagement."""
        answer: models.WorkReportOut = await self._json("POST", "/v1/work-reports", body, once=once)
        return answer

    async def read_work_report(self, report_id: str | UUID) -> models.WorkReportOut:
        """One report."""
        answer: models.WorkReportOut = await self._json("GET", f"/v1/work-reports/{segment(report_id)}")
        return answer

    async def change_work_report(
        self, report_id: str | UUID, body: models.ChangeWorkReport, *, version: int | str, once: str | None = None
    ) -> models.WorkReportOut:
        """Correct a returned report."""
        answer: models.WorkReportOut = await self._json(
            "PATCH", f"/v1/work-reports/{segment(report_id)}", body, version=version, once=once
        )
        return answer

    async def approve_work_report(self, report_id: str | UUID, *, once: str | None = None) -> models.WorkReportOut:
        """Agree with the work; the final report completes the engagement."""
        answer: models.WorkReportOut = await self._json(
            "POST", f"/v1/work-reports/{segment(report_id)}/approve", once=once
        )
        return answer

    async def resubmit_work_report(self, report_id: str | UUID, *, once: str | None = None) -> models.WorkReportOut:
        """Ask for an answer again."""
        answer: models.WorkReportOut = await self._json(
            "POST", f"/v1/work-reports/{segment(report_id)}/resubmit", once=once
        )
        return answer

    async def return_work_report(
        self, report_id: str | UUID, body: models.Reason, *, once: str | None = None
    ) -> models.WorkReportOut:
        """Ask for a correction."""
        answer: models.WorkReportOut = await self._json(
            "POST", f"/v1/work-reports/{segment(report_id)}/return", body, once=once
        )
        return answer
