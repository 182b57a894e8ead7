"""The pages of notes: the list, and the form that writes one."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from accounts.requests import DelegateRequest
from entities.models import EntityKind, Sede
from mipres_admin.access.declarations import FORM, SAFE, MenuEntry, Viewable, delegate_of
from mipres_admin.history.models import HistoryEntry
from mipres_admin.paging import page_of
from tests.toy.notes.actions import write_note
from tests.toy.notes.events import Event
from tests.toy.notes.forms import NoteForm


@delegate_of(
    EntityKind.IPS,
    methods=SAFE,
    viewable=Viewable.YES,
    menu=MenuEntry("Notas", "Lea las notas de sus sedes.", "file", order=90),
)
def notes(request: DelegateRequest) -> HttpResponse:
    """ "Notas": those about the sedes of the entity."""
    events = HistoryEntry.objects.visible_to(request.entity).filter(event=Event.NOTE_WRITTEN)
    return render(request, "notes/notes.html", {"page": page_of(request, events, "id", newest_first=True)})


@delegate_of(EntityKind.IPS, methods=FORM)
def write(request: DelegateRequest, sede_id: int) -> HttpResponse:
    """Write a note about one of the entity's sedes, and go to the list."""
    sede = get_object_or_404(Sede.objects.visible_to(request.entity), pk=sede_id)
    form = NoteForm(request.POST or None)
    if form.is_valid():
        with form.attempt():  # the form shows what the action refuses
            write_note(by=request.account, sede=sede, **form.cleaned_data)
            messages.success(request, "La nota se guardó.")
            return redirect("notes")
    return render(request, "notes/write_note.html", {"form": form, "refusal": form.refusal, "sede": sede})
