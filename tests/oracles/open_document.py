"""Workbooks as LibreOffice Calc saves them (.ods)."""

import zipfile
from xml.sax.saxutils import escape, quoteattr

import openpyxl

KIND = "application/vnd.oasis.opendocument.spreadsheet"
SPACES = " ".join(f'xmlns:{n}="urn:oasis:names:tc:opendocument:xmlns:{n}:1.0"' for n in ("office", "table", "text"))


def as_ods(path, target):
    """Write the sheets of a workbook of Excel as Calc would, numbers as numbers; return the file."""

    def cell(value):
        if value is None:
            return "<table:table-cell/>"
        number = f"'float' office:value='{value}'" if isinstance(value, (int, float)) else "'string'"
        return f"<table:table-cell office:value-type={number}><text:p>{escape(str(value))}</text:p></table:table-cell>"

    pages = ""
    for page in openpyxl.load_workbook(path).worksheets:
        rows = "".join(
            f"<table:table-row>{''.join(map(cell, row))}</table:table-row>" for row in page.iter_rows(values_only=True)
        )
        pages += f"<table:table table:name={quoteattr(page.title)}>{rows}</table:table>"
    body = f"<office:body><office:spreadsheet>{pages}</office:spreadsheet></office:body>"
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo("mimetype"), KIND)
        archive.writestr("content.xml", f"<office:document-content {SPACES}>{body}</office:document-content>")
        entry = f"<manifest:file-entry manifest:full-path='/' manifest:media-type='{KIND}'/>"
        space = "xmlns:manifest='urn:oasis:names:tc:opendocument:xmlns:manifest:1.0'"
        archive.writestr("META-INF/manifest.xml", f"<manifest:manifest {space}>{entry}</manifest:manifest>")
    return target
