"""Workbooks of plain cells, as a person fills them in."""

import xlsxwriter


def workbook(path, sheets):
    """Write sheets of plain cells; text that looks like a formula stays text."""
    with xlsxwriter.Workbook(path, {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        for name, rows in sheets.items():
            page = book.add_worksheet(name)
            for i, row in enumerate(rows):
                for j, value in enumerate(row):
                    if value is not None:
                        page.write(i, j, value if isinstance(value, (int, float)) else str(value))
    return path
