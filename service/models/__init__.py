"""What the service keeps. Every foreign key is RESTRICT: nothing vanishes because something else did.

Times are Instant (UTC in the database). Secrets are hashes. Names and texts of people stand here, in
events and audit records only their ids.

One module a subject; all are found here.
"""

from service.models.answers import Attachment, Draft, DraftRevision, Intake, LeftOver, SignedReport, Submission
from service.models.campaigns import Approval, Campaign, Event, EventNote, FormMove, Invitation, PlanChange, UnitRequest
from service.models.channels import Call, Hook, HookAttempt
from service.models.days import CalendarChange, CalendarDay, OfficeHours
from service.models.entry import ContactLink, EntryCode, UnitSession
from service.models.forms import FormFile, FormVersion, StoredFile, Trial
from service.models.ledger import KeptApart, Recommendation, RecommendationAct, RecommendationReply
from service.models.monitoring import BulkAct, ReadingDay, ReadingLink, SavedView
from service.models.records import AuditRecord, ExportJob, ExportRecord, ExportSchedule, RefreshAddress
from service.models.reviews import Remark, ReviewClaim
from service.models.series import Round, Series
from service.models.staff import ApiToken, Attempts, Digest, SetupLink, Staff, StaffSession
from service.models.texts import MailText, ReportTemplate
from service.models.units import Contact, Unit

__all__ = [
    "ApiToken",
    "Approval",
    "Attachment",
    "Attempts",
    "AuditRecord",
    "BulkAct",
    "CalendarChange",
    "CalendarDay",
    "Call",
    "Campaign",
    "Contact",
    "ContactLink",
    "Digest",
    "Draft",
    "DraftRevision",
    "EntryCode",
    "Event",
    "EventNote",
    "ExportJob",
    "ExportRecord",
    "ExportSchedule",
    "FormFile",
    "FormMove",
    "FormVersion",
    "Hook",
    "HookAttempt",
    "Intake",
    "Invitation",
    "KeptApart",
    "LeftOver",
    "MailText",
    "OfficeHours",
    "PlanChange",
    "ReadingDay",
    "ReadingLink",
    "Recommendation",
    "RecommendationAct",
    "RecommendationReply",
    "RefreshAddress",
    "Remark",
    "ReportTemplate",
    "ReviewClaim",
    "Round",
    "SavedView",
    "Series",
    "SetupLink",
    "SignedReport",
    "Staff",
    "StaffSession",
    "StoredFile",
    "Submission",
    "Trial",
    "Unit",
    "UnitRequest",
    "UnitSession",
]
