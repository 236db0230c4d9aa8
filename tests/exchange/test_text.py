"""Text that looks like a formula is text: it leaves harmless and comes back as it was, whatever it is."""

from __future__ import annotations

import json
import shutil
import subprocess
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coordination.exchange import tabular, writing

PAYLOADS = [
    "=1+1", "+1+1", "-1+1", "@SUM(1;1)", "=cmd|' /C calc'!A0", "=HYPERLINK(\"http://x.example\";\"x\")", "|calc", "%1",
    "\uff1d1+1", "'=1+1", "''=1+1", "a;=1+1", "a\n=1+1", "=1+1;-2", "=IMPORTXML(A1,\"//a\")", "-2+3+cmd|' /C calc'!A0",
    "@A1", "=1,2", "\"=1+1", "+48 22 000 01 01", "'zwykły apostrof", "- punkt listy",
]  # fmt: skip


def back(format: str, texts: list[str]) -> list[str]:
    """The texts after a journey through a file of one column and a first one that keeps rows from being empty."""
    rows = [{"id": "x", "text": text} for text in texts]
    content = b"".join(writing.chunks(format, ("id", "text"), rows, "t"))
    if format == "json":
        return [row["text"] for row in json.loads(content)]
    return [each.cells[1] if len(each.cells) > 1 else "" for each in tabular.read(content).lines]


@pytest.mark.parametrize("format", ["csv", "xlsx", "json"])
def test_what_looks_like_a_formula_comes_back_as_it_was(format):
    assert back(format, PAYLOADS) == PAYLOADS


def clean(text: str) -> str:
    kept = "".join(c for c in text if unicodedata.category(c) not in ("Cc", "Cs") or c in "\n\t")
    return tabular.clean(kept.replace("\ufffe", "").replace("\uffff", ""))


SIGNS = st.characters(exclude_categories=["Cs"])
TEXTS = st.lists(
    st.text(st.one_of(SIGNS, st.sampled_from("='+-@;,\"\n\t|% x")), max_size=20).map(clean), min_size=1, max_size=40
)


@pytest.mark.parametrize("format", ["csv", "json"])
@settings(max_examples=60, deadline=None)
@given(texts=TEXTS)
def test_any_text_comes_back_as_it_was(format, texts):
    if format == "csv":  # without the child process: what it does with bytes is tried below
        assert [writing.original(writing.harmless(text)) for text in texts] == texts
    else:
        assert back(format, texts) == texts


@pytest.mark.parametrize("format", ["csv", "xlsx"])
@settings(max_examples=8, deadline=None)
@given(texts=TEXTS)
def test_any_text_comes_back_from_a_file(format, texts):
    assert back(format, texts) == texts


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_a_spreadsheet_finds_no_live_formula(tmp_path):
    """The oracle is a spreadsheet: each file is opened by LibreOffice and what it computes is counted."""
    rows = [{"id": "x", "text": text} for text in PAYLOADS]
    for format in ("csv", "xlsx"):
        (tmp_path / f"kept.{format}").write_bytes(b"".join(writing.chunks(format, ("id", "text"), rows, "t")))
    (tmp_path / "raw.csv").write_text("id,text\n" + "\n".join(f"x,{text}" for text in ("=1+1", "@A1")), "utf-8")
    # Both commas and semicolons separate, as in a Polish spreadsheet.
    for names, options in ((("kept.csv", "raw.csv"), ["--infilter=CSV:44/59,34,76"]), (("kept.xlsx",), [])):
        subprocess.run(
            ["soffice", f"-env:UserInstallation=file://{tmp_path}/profile", "--headless", "--convert-to", "fods",
             *options, "--outdir", str(tmp_path / ("opened-" + "-".join(names))), *[str(tmp_path / name) for name in names]],
            check=True, capture_output=True, timeout=240,
        )  # fmt: skip
        for name in names:
            opened = (tmp_path / ("opened-" + "-".join(names)) / name).with_suffix(".fods").read_text("utf-8")
            live = opened.count("table:formula=")
            # The unprotected file must be live, or this test could not fail.
            assert (live > 0) if name == "raw.csv" else (live == 0), (name, live)
