"""The form of a file to bring in."""

from __future__ import annotations

from flask_wtf.file import FileField, FileRequired
from wtforms import RadioField
from wtforms.validators import InputRequired

from coordination.fields import options
from coordination.files.words import KINDS
from coordination.i18n import N_
from coordination.web import Form


class FileForm(Form):
    kind = RadioField(
        N_("What the file holds"),
        choices=options(KINDS.items()),
        validators=[InputRequired(N_("Choose what the file holds"))],
    )
    file = FileField(
        N_("File"),
        description=N_("CSV in UTF-8 with commas, or XLSX; at most 16 MB and 100,000 rows."),
        validators=[FileRequired(N_("Choose a file"))],
    )
