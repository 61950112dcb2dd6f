"""The one visible table of addresses; a new reader learns the product from it.

Every line names who may enter. `page` lines are for browsers, `api` lines for programs.
"""

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import BaseRoute

from service import web
from service.access import Access, api, page
from service.api import campaigns as api_campaigns
from service.api import forms as api_forms
from service.api import invitations as api_invitations
from service.api import machine, openapi
from service.api import reminders as api_reminders
from service.api import units as api_units
from service.errors import NotFound
from service.pages import (
    account,
    accounts,
    approvals,
    calendar,
    calls,
    campaigns,
    check,
    fill,
    formpapers,
    forms,
    imports,
    invitations,
    languages,
    live,
    mail,
    monitor,
    ownreport,
    plan,
    preview,
    queue,
    receipt,
    received,
    record,
    rosteracts,
    sendnow,
    unit,
    units,
    verify,
    versions,
    webhooks,
    zalo,
)
from service.pages import entry as unit_entry

PUBLIC, UNIT = Access.PUBLIC, Access.UNIT
VIEWER, STAFF, ADMINISTRATOR = Access.VIEWER, Access.STAFF, Access.ADMINISTRATOR


def routes() -> list[BaseRoute]:
    return [
        page("/static/{address:path}", static, PUBLIC),
        # Staff: log-in
        page("/login", accounts.login, PUBLIC),
        page("/login", accounts.log_in, PUBLIC, "POST"),
        page("/logout", accounts.log_out, VIEWER, "POST"),
        page("/account", account.show, VIEWER),
        page("/account", account.change, VIEWER, "POST"),
        page("/setup/{token}", accounts.set_up, PUBLIC),
        page("/setup/{token}", accounts.choose_password, PUBLIC, "POST"),
        # A receipt is checked by whoever holds it
        page("/verify", verify.verify, PUBLIC),
        # The unit's side: entering, filling in, receipt
        page("/p/{token}", unit_entry.door, PUBLIC),
        page("/p/{token}", unit_entry.enter, PUBLIC, "POST"),
        page("/u", unit.home, UNIT),
        page("/u/leave", unit_entry.leave, UNIT, "POST"),
        page("/u/{campaign:int}", unit.overview, UNIT),
        page("/u/{campaign:int}/s/{page_key}", fill.section, UNIT),
        page("/u/{campaign:int}/s/{page_key}", fill.save_section, UNIT, "POST", uploads=True),
        page("/u/{campaign:int}/save", live.autosave, UNIT, "POST"),
        page("/u/{campaign:int}/check", check.check, UNIT),
        page("/u/{campaign:int}/language", languages.choose, UNIT, "POST"),
        page("/u/{campaign:int}/submit", check.submit, UNIT, "POST"),
        page("/u/{campaign:int}/nil", check.nil, UNIT),
        page("/u/{campaign:int}/nil", check.send_nil, UNIT, "POST"),
        page("/u/{campaign:int}/receipt/{number:int}", receipt.receipt, UNIT),
        page("/u/{campaign:int}/receipt/{number:int}.pdf", receipt.download, UNIT),
        page("/u/{campaign:int}/receipt/{number:int}/form.pdf", formpapers.sent, UNIT),
        page("/u/{campaign:int}/receipt/{number:int}/report", ownreport.show, UNIT),
        page("/u/{campaign:int}/receipt/{number:int}/report", ownreport.save, UNIT, "POST", uploads=True),
        page("/u/{campaign:int}/receipt/{number:int}/report.pdf", ownreport.download, UNIT),
        page("/u/{campaign:int}/receipt/{number:int}/signed", ownreport.scan, UNIT),
        page("/u/{campaign:int}/blank.pdf", formpapers.blank, UNIT),
        page("/u/{campaign:int}/filled.pdf", formpapers.filled, UNIT),
        page("/u/{campaign:int}/left/{left:int}", unit.dismiss, UNIT, "POST"),
        page("/u/{campaign:int}/history", unit.history, UNIT),
        page("/u/{campaign:int}/files/{attachment:int}", unit.download, UNIT),
        page("/u/{campaign:int}/letter", unit.letter, UNIT),
        # Staff: campaigns
        page("/", campaigns.front, VIEWER),
        page("/campaigns/new", campaigns.new, STAFF),
        page("/campaigns/new", campaigns.create, STAFF, "POST", uploads=True),
        page("/campaigns/deadline", campaigns.deadline, STAFF),
        page("/campaigns/{id:int}/edit", campaigns.edit, STAFF),
        page("/campaigns/{id:int}/edit", campaigns.change, STAFF, "POST", uploads=True),
        page("/campaigns/{id:int}/review", campaigns.review, VIEWER),
        page("/campaigns/{id:int}/publish", campaigns.publish, STAFF, "POST"),
        page("/campaigns/{id:int}/call-back", campaigns.call_back, STAFF, "POST"),
        page("/campaigns/{id:int}/letter.pdf", campaigns.letter, VIEWER),
        page("/campaigns/{id:int}", monitor.dashboard, VIEWER),
        page("/campaigns/{id:int}/export.xlsx", monitor.export, VIEWER),
        page("/campaigns/{id:int}/form", versions.choose, VIEWER),
        page("/campaigns/{id:int}/form", versions.move, STAFF, "POST"),
        page("/campaigns/{id:int}/units/{code}", invitations.show, VIEWER),
        page("/campaigns/{id:int}/units/{code}/record", record.show, VIEWER),
        page("/campaigns/{id:int}/units/{code}/record.pdf", record.download, VIEWER),
        page("/campaigns/{id:int}/units/{code}/receipts/{number:int}.pdf", receipt.download_as_staff, VIEWER),
        page("/campaigns/{id:int}/units/{code}/receipts/{number:int}/form.pdf", formpapers.sent_as_staff, VIEWER),
        page("/campaigns/{id:int}/units/{code}/receipts/{number:int}/report.pdf", ownreport.download_as_staff, VIEWER),
        page("/campaigns/{id:int}/units/{code}/receipts/{number:int}/signed", ownreport.scan_as_staff, VIEWER),
        page("/campaigns/{id:int}/units/{code}/blank.pdf", formpapers.blank_as_staff, VIEWER),
        page("/campaigns/{id:int}/units/{code}/intake", invitations.take_in, STAFF, "POST", uploads=True),
        page("/campaigns/{id:int}/units/{code}/return", rosteracts.hand_back, STAFF, "POST"),
        page("/campaigns/{id:int}/units/{code}/extend", rosteracts.extend, STAFF, "POST"),
        page("/campaigns/{id:int}/units/{code}/exempt", rosteracts.exempt, STAFF, "POST"),
        page("/campaigns/{id:int}/units/{code}/include", rosteracts.include, STAFF, "POST"),
        page("/campaigns/{id:int}/units/{code}/link", invitations.link, STAFF, "POST"),
        page("/campaigns/{id:int}/units/{code}/files/{file:int}", invitations.attachment, VIEWER),
        page("/campaigns/{id:int}/units/{code}/scans/{file:int}", invitations.scan, VIEWER),
        page("/campaigns/{id:int}/reminders", mail.reminders, VIEWER),
        page("/campaigns/{id:int}/send-now", sendnow.confirm, STAFF),
        page("/campaigns/{id:int}/send-now", sendnow.send, STAFF, "POST"),
        page("/campaigns/{id:int}/batches/{batch}", sendnow.batch, VIEWER),
        page("/campaigns/{id:int}/batches/{batch}/undo", sendnow.undo, STAFF, "POST"),
        page("/campaigns/{id:int}/plan", plan.show, VIEWER),
        page("/campaigns/{id:int}/plan", plan.change, STAFF, "POST"),
        page("/campaigns/{id:int}/plan/undo", plan.undo, STAFF, "POST"),
        page("/campaigns/{id:int}/zalo", zalo.show, VIEWER),
        page("/campaigns/{id:int}/calls", calls.index, VIEWER),
        page("/campaigns/{id:int}/calls/{code}", calls.show, VIEWER),
        page("/campaigns/{id:int}/calls/{code}", calls.record, STAFF, "POST"),
        page("/campaigns/{id:int}/calls/{code}/undo", calls.undo, STAFF, "POST"),
        page("/approvals", approvals.index, VIEWER),
        page("/approvals", approvals.answer, STAFF, "POST"),
        # Staff: units, contacts and forms
        page("/units", units.index, VIEWER),
        page("/units/import", imports.units, ADMINISTRATOR),
        page("/units/import", imports.preview_units, ADMINISTRATOR, "POST", uploads=True),
        page("/units/import/apply", imports.apply_units, ADMINISTRATOR, "POST"),
        page("/contacts/import", imports.contacts, ADMINISTRATOR),
        page("/contacts/import", imports.preview_contacts, ADMINISTRATOR, "POST", uploads=True),
        page("/contacts/import/apply", imports.apply_contacts, ADMINISTRATOR, "POST"),
        page("/units/{code}", units.show, STAFF),
        page("/units/{code}/contacts/new", units.new_contact, STAFF),
        page("/units/{code}/contacts/new", units.add_contact, STAFF, "POST"),
        page("/units/{code}/contacts/{id:int}", units.edit_contact, STAFF),
        page("/units/{code}/contacts/{id:int}", units.change_contact, STAFF, "POST"),
        page("/units/{code}/contacts/{id:int}/active", units.set_active, STAFF, "POST"),
        page("/forms", forms.index, VIEWER),
        page("/forms", forms.bring_in, STAFF, "POST", uploads=True),
        page("/forms/template.xlsx", forms.template, VIEWER),
        page("/forms/example.xlsx", forms.example, VIEWER),
        page("/forms/{id:int}", forms.show, VIEWER),
        page("/forms/{id:int}/file", forms.workbook, VIEWER),
        page("/forms/{id:int}/blank.pdf", formpapers.blank_form, VIEWER),
        page("/forms/{id:int}/changes", versions.changes, VIEWER),
        page("/forms/{id:int}/files/{file:int}", forms.beside, VIEWER),
        # Staff: the calendar
        page("/calendar", calendar.show, VIEWER),
        page("/calendar/day", calendar.day, ADMINISTRATOR),
        page("/calendar/day", calendar.propose_day, ADMINISTRATOR, "POST"),
        page("/calendar/hours", calendar.propose_hours, ADMINISTRATOR, "POST"),
        page("/calendar/estimates", calendar.propose_estimates, ADMINISTRATOR, "POST"),
        page("/calendar/import", calendar.choose, ADMINISTRATOR),
        page("/calendar/import", calendar.propose_file, ADMINISTRATOR, "POST", uploads=True),
        page("/calendar/undo", calendar.propose_undo, ADMINISTRATOR, "POST"),
        page("/calendar/apply", calendar.apply, ADMINISTRATOR, "POST"),
        page("/forms/{id:int}/xlsform.xlsx", forms.exported, VIEWER),
        page("/forms/{id:int}/xlsform.zip", forms.exported_with_files, VIEWER),
        page("/forms/{id:int}/preview", preview.start, VIEWER),
        page("/forms/{id:int}/preview", preview.choose, VIEWER, "POST"),
        page("/forms/{id:int}/preview/s/{page_key}", preview.section, VIEWER),
        page("/forms/{id:int}/preview/s/{page_key}", preview.save_section, VIEWER, "POST", uploads=True),
        page("/forms/{id:int}/preview/save", preview.autosave, VIEWER, "POST"),
        page("/forms/{id:int}/preview/check", preview.review, VIEWER),
        page("/forms/{id:int}/preview/submit", preview.submit, VIEWER, "POST"),
        page("/forms/{id:int}/preview/language", preview.speak, VIEWER, "POST"),
        page("/forms/{id:int}/preview/files/{file:int}", preview.no_file, VIEWER),
        # Staff: mail
        page("/messages", mail.messages, VIEWER),
        page("/messages/act", queue.confirm, STAFF),
        page("/messages/act", queue.on_filter, STAFF, "POST"),
        page("/messages/{id:int}", mail.message, VIEWER),
        page("/messages/{id:int}", queue.on_one, STAFF, "POST"),
        page("/webhooks", webhooks.index, STAFF),
        page("/webhooks/retry", webhooks.retry_all, STAFF, "POST"),
        page("/webhooks/{id:int}", webhooks.show, STAFF),
        page("/webhooks/{id:int}", webhooks.retry, STAFF, "POST"),
        page("/received", received.index, VIEWER),
        page("/received/addresses/{id:int}/use-again", received.use_again, STAFF, "POST"),
        page("/mailbox", mail.mailbox, ADMINISTRATOR),
        page("/mailbox/{id:int}", mail.mailbox_message, ADMINISTRATOR),
        # The API
        api("/api/v1/openapi.json", openapi.document, PUBLIC),
        api("/api/v1/units", api_units.index, VIEWER),
        api("/api/v1/forms", api_forms.create, STAFF, "POST", uploads=True),
        api("/api/v1/campaigns", api_campaigns.index, VIEWER),
        api("/api/v1/campaigns", api_campaigns.create, STAFF, "POST"),
        api("/api/v1/campaigns/{id:int}", api_campaigns.show, VIEWER),
        api("/api/v1/campaigns/{id:int}/publish", api_campaigns.publish, STAFF, "POST"),
        api("/api/v1/campaigns/{id:int}/rate", api_campaigns.rate, VIEWER),
        api("/api/v1/campaigns/{id:int}/export.xlsx", api_campaigns.export_xlsx, VIEWER),
        api("/api/v1/campaigns/{id:int}/reminders/preview", api_reminders.preview, VIEWER),
        api("/api/v1/campaigns/{id:int}/invitations", api_invitations.index, VIEWER),
        api("/api/v1/campaigns/{id:int}/invitations/{unit}/link", api_invitations.link, STAFF, "POST"),
        api("/api/v1/campaigns/{id:int}/invitations/{unit}/draft", api_invitations.draft, STAFF),
        api("/api/v1/campaigns/{id:int}/invitations/{unit}/draft", api_invitations.save_draft, STAFF, "PUT"),
        api("/api/v1/campaigns/{id:int}/invitations/{unit}/submissions", api_invitations.submit, STAFF, "POST"),
        api("/api/v1/campaigns/{id:int}/invitations/{unit}/intake", api_invitations.intake, STAFF, "POST"),
        api("/api/v1/campaigns/{id:int}/invitations/{unit}/return", api_invitations.hand_back, STAFF, "POST"),
        api("/api/v1/campaigns/{id:int}/invitations/{unit}/extend", api_invitations.extend, STAFF, "POST"),
        api("/api/v1/campaigns/{id:int}/invitations/{unit}/exempt", api_invitations.exempt, STAFF, "POST"),
        api("/api/v1/campaigns/{id:int}/invitations/{unit}/include", api_invitations.include, STAFF, "POST"),
        api("/api/v1/messages", api_reminders.messages, VIEWER),
        # The machine's own
        api("/health", machine.health, PUBLIC),
        api("/ready", machine.ready, PUBLIC),
    ]


async def static(request: Request) -> Response:
    """A file of ours under the name that holds its hash: it may be kept for ever."""
    files: web.Static = request.app.state.static
    file = files.by_address.get(request.path_params["address"])
    if file is None:
        raise NotFound()
    return FileResponse(file, headers={"Cache-Control": "public, max-age=31536000, immutable"})
