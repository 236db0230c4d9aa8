"""Contact points: entered, changed, confirmed with one click, removed; hidden numbers shown for a purpose."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from coordination import clock
from coordination.errors import AlreadyExists, Conflict, Invalid, NotFound
from coordination.exchange import vcard
from coordination.fields import options
from coordination.graph import contacts
from coordination.graph.model import ChannelKind, Contact, Visibility
from coordination.i18n import short_date
from coordination.institutions import service
from coordination.institutions.forms import ConfirmForm, ContactForm, PurposeForm
from coordination.institutions.room import bp, hours_text, refuse
from coordination.labels import label
from coordination.permissions import Permission
from coordination.web import actor, download, needs, store


@bp.get("/institutions/<institution_id>/contacts.vcf")
@needs(Permission.INSTITUTION_READ)
def address_book(institution_id: str):
    """What is public of its contact points, to be kept in a telephone."""
    found = service.changeable(store(), actor(), Permission.INSTITUTION_READ, institution_id)
    known = contacts.of_institutions(store(), [found.id]).get(found.id, [])
    return download(list(vcard.cards(found, known, _beside)), f"{found.id}.vcf", vcard.MEDIA)


def _beside(contact: Contact) -> str:
    day = contact.confirmed_on
    confirmed = _("confirmed %(day)s", day=short_date(day)) if day else ""
    said = (hours_text(contact.hours), confirmed, _("example data") if contact.example else "")
    return "; ".join(filter(None, said))


@bp.route("/institutions/<institution_id>/contacts/new", methods=["GET", "POST"])
@needs(Permission.INSTITUTION_EDIT)
def new_contact(institution_id: str):
    found = service.changeable(store(), actor(), Permission.INSTITUTION_EDIT, institution_id)
    form = _form()
    if form.submitted():
        try:
            service.add_contact(store(), actor(), found.id, form.values(), clock.today())
        except AlreadyExists:
            form.function.errors = [_("This function already has a contact here; change that one")]
        except Invalid as error:
            refuse(form, error)
        else:
            flash(_("Contact added and confirmed with today’s date."))
            return redirect(_contacts(found.id))
    page = render_template("institutions/contact.html", form=form, it=found, contact=None, standing=None)
    return page, 422 if form.errors else 200


@bp.route("/institutions/<institution_id>/contacts/<contact_id>/edit", methods=["GET", "POST"])
@needs(Permission.INSTITUTION_EDIT)
def edit_contact(institution_id: str, contact_id: str):
    found = service.changeable(store(), actor(), Permission.INSTITUTION_EDIT, institution_id)
    contact = contacts.get(store(), found.id, contact_id)
    form = _form(contact)
    standing, status = None, 200
    if form.submitted():
        try:
            service.edit_contact(store(), actor(), found.id, contact_id, form.version.data or 0, form.values())
        except Conflict as conflict:
            # The typed text stays in the form; sent again, it replaces what stands now and is shown above it.
            standing, status = conflict.current["contact"], 409
            form.version.data = standing.version
            form.version.raw_data = [str(standing.version)]
        except AlreadyExists:
            form.function.errors = [_("This function already has a contact here; change that one")]
        except Invalid as error:
            refuse(form, error)
        else:
            flash(_("Contact changed. The date of confirmation stays as it was."))
            return redirect(_contacts(found.id))
    page = render_template("institutions/contact.html", form=form, it=found, contact=contact, standing=standing)
    return page, 422 if form.errors else status


def _form(contact: Contact | None = None) -> ContactForm:
    rows = [
        {"id": each.id, "kind": str(each.kind), "value": each.value, "visibility": str(each.visibility)}
        for each in contact.channels
    ] if contact else []
    spare: list[dict[str, Any]] = [{} for _ in range(max(2, 3 - len(rows)))]
    data = {
        "function": contact.function if contact else "",
        "hours": contact.hours if contact else "",
        "version": contact.version if contact else 0,
        "channels": [*rows, *spare],
    }
    form = ContactForm(data=data) if request.method == "GET" else ContactForm()
    hidden = {each.id for each in contact.channels if each.visibility is Visibility.PRIVATE} if contact else set()
    for entry in form.channels:
        entry.form.kind.choices = options((each, _(label("channel", each))) for each in ChannelKind)
        entry.form.visibility.choices = options((each, _(label("visibility", each))) for each in Visibility)
        entry.form.hidden_value = entry.form.id.data in hidden
    return form


@bp.route("/institutions/<institution_id>/contacts/<contact_id>/confirm", methods=["POST"])
@needs(Permission.CONTACT_CONFIRM)
def confirm_contact(institution_id: str, contact_id: str):
    """One click: still right."""
    service.confirm_contacts(store(), actor(), institution_id, contact_id, clock.today())
    flash(_("Contact confirmed with today’s date."))
    return redirect(_contacts(institution_id))


@bp.route("/institutions/<institution_id>/contacts/confirm", methods=["POST"])
@needs(Permission.CONTACT_CONFIRM)
def confirm_contacts(institution_id: str):
    """One click: all of them are still right."""
    number = service.confirm_contacts(store(), actor(), institution_id, None, clock.today())
    flash(ngettext(
        "%(num)s contact confirmed with today’s date.", "%(num)s contacts confirmed with today’s date.", number
    ))
    return redirect(_contacts(institution_id))


@bp.route("/institutions/<institution_id>/confirm", methods=["POST"])
@needs(Permission.CONTACT_CONFIRM)
def confirm_profile(institution_id: str):
    """One click of the institution itself: everything is still true."""
    service.confirm_profile(store(), actor(), institution_id, clock.today())
    flash(_("Confirmed with today’s date: contacts and competence card."))
    return redirect(url_for("institutions.show", institution_id=institution_id))


@bp.route("/institutions/<institution_id>/contacts/<contact_id>/remove", methods=["GET", "POST"])
@needs(Permission.INSTITUTION_EDIT)
def remove_contact(institution_id: str, contact_id: str):
    found = service.changeable(store(), actor(), Permission.INSTITUTION_EDIT, institution_id)
    contact = contacts.get(store(), found.id, contact_id)
    form = ConfirmForm(data={"version": contact.version}) if request.method == "GET" else ConfirmForm()
    status = 200
    if form.submitted():
        try:
            service.remove_contact(store(), actor(), found.id, contact_id, form.version.data or 0)
        except Conflict:
            status = 409
            form = ConfirmForm(formdata=None, data={"version": contact.version})
        else:
            flash(_("Contact removed."))
            return redirect(_contacts(found.id))
    page = render_template(
        "institutions/remove_contact.html", form=form, it=found, contact=contact, conflict=status == 409
    )
    return page, status


@bp.route("/institutions/<institution_id>/contacts/<contact_id>/reveal", methods=["GET", "POST"])
@needs(Permission.CONTACT_REVEAL)
def reveal(institution_id: str, contact_id: str):
    """Asks the purpose, logs the reading, shows the number on this page alone."""
    found = service.changeable(store(), actor(), Permission.CONTACT_REVEAL, institution_id)
    contact = contacts.get(store(), found.id, contact_id)
    if all(each.visibility is not Visibility.PRIVATE for each in contact.channels):
        raise NotFound(contact_id)
    form = PurposeForm()
    form.purpose.choices = options((code, _(text)) for code, text in service.PURPOSES.items())
    shown = ()
    if form.submitted():
        shown = service.reveal(store(), actor(), found.id, contact.id, form.purpose.data)
    page = render_template("institutions/reveal.html", form=form, it=found, contact=contact, shown=shown)
    return page, 422 if form.errors else 200


def _contacts(institution_id: str) -> str:
    return url_for("institutions.show", institution_id=institution_id, _anchor="contacts")
