"""``kanmon survey``: a company's own files in, a questionnaire for each supplier out."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ...graph.messages import text
from ..console import Force, Lang, console, language
from ..options import unfolded

if TYPE_CHECKING:
    from ..audit.company import Company
    from ..survey.replies import Replies

Source = Annotated[Path, typer.Argument(metavar="FILE|FOLDER", help=text("app.survey.source"))]
Out = Annotated[Path, typer.Option("--out", help=text("app.survey.out"))]
Deadline = Annotated[str | None, typer.Option("--deadline", help=text("app.survey.deadline"), show_default=False)]
Mapping = Annotated[Path | None, typer.Option("--mapping", help=text("app.survey.mapping"), show_default=False)]
Files = list[Path] | None


@dataclass(frozen=True)
class Answers:
    """What suppliers have answered."""

    replies: Annotated[Files, typer.Option("--replies", help=text("app.survey.replies"), show_default=False)] = None
    cards: Annotated[Files, typer.Option("--cards", help=text("app.survey.cards"), show_default=False)] = None

    @property
    def files(self) -> list[Path]:
        """All of them."""
        return [*(self.replies or ()), *(self.cards or ())]


@unfolded
def survey(
    *,
    source: Source,
    out: Out = Path("survey"),
    deadline: Deadline = None,
    answers: Answers,
    mapping: Mapping = None,
    lang: Lang = None,
    force: Force = False,
) -> None:
    """Write one questionnaire workbook per supplier."""
    from ...datasets import load
    from ...graph.ages import day
    from ...graph.files import check_folder
    from ..audit.company_graph import build_graph
    from ..audit.figures import work_out
    from ..survey.loop import company_with
    from ..survey.questionnaire import survey_of, usual_deadline, write_survey
    from ..survey.questions import ranked_questions

    lang_ = language(lang)
    check_folder(out, force)
    if deadline is not None:
        date = day(deadline)
        deadline = date.isoformat()
        if date < datetime.date.today():
            typer.echo(text("app.survey.past", lang_, deadline=deadline), err=True)
    with console(stderr=True).status(text("app.survey.working", lang_)):
        company, links, _, replies = company_with(source, answers.files, mapping=mapping)
        built = build_graph(company, links, load("world"))
        found = ranked_questions(company, work_out(company, built, links, lang_), built=built)
        asked = survey_of(found, deadline or usual_deadline())
    say_left(company, lang_)
    say_remarks(replies, lang_)
    if asked.questions and not company.name:
        typer.echo(text("app.survey.no_sender", lang_), err=True)
    if not asked.questions:
        typer.echo(text("app.survey.nothing" if company.sources else "app.survey.nothing_named", lang_))
        return
    names = write_survey(asked, company, out, lang_, force=force)
    fields = {"path": str(out), "source": str(source), "deadline": asked.deadline}
    typer.echo(text("app.survey.written", lang_, count=len(names) - 1, **fields))


def say_left(company: Company, lang: str) -> None:
    """Print what was handed in beside a company's own files, and is not read with them."""
    for remark in company.remarks:
        if remark.message.key == "app.check.left" or remark.message.key.startswith("datasets.intake.own_"):
            where = f"{remark.sheet}: " if remark.sheet else ""
            console(stderr=True).print(f"{where}{remark.message.text(lang)}", markup=False)


def say_remarks(found: Replies | None, lang: str, *, whole_files: bool = False) -> None:
    """Print what of the replies was set aside, and why; on request only what is said of files and sheets as a whole."""
    for remark in found.remarks if found is not None else ():
        if whole_files and remark.row is not None:
            continue
        row = "" if remark.row is None else f"!{remark.row}"
        console(stderr=True).print(f"{remark.sheet}{row}: {remark.message.text(lang)}", markup=False)
