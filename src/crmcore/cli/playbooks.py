"""``crm playbook``: what is to be done for the customers of segments, whom it misses, and whose visit is due."""

from datetime import date
from typing import TYPE_CHECKING, Any, Final

import click

from crmcore.cli.cells import Look
from crmcore.cli.completing import names_of
from crmcore.cli.context import note, opened, read
from crmcore.cli.groups import Joined
from crmcore.cli.looks import CHINESE, headed, with_segments_said
from crmcore.cli.options import FOR_PEOPLE, dated, formatted
from crmcore.cli.output import facts as told
from crmcore.cli.output import print_object, print_page, print_table
from crmcore.errors import counted

if TYPE_CHECKING:
    from crmcore.view import Table

_ENGLISH: Final = {
    "playbook": "Playbook",
    "label": "Label",
    "scheme": "Scheme",
    "segment": "Segment",
    "customers": "Customers",
    "held_out": "Held out",
    "playbooks": "Playbooks",
    "task": "Task",
    "tasks": "Tasks",
    "title": "Title",
    "on": "On",
    "cadence": "Days between visits",
    "owner": "Owner",
    "service": "Service",
    "offers": "Offers",
    "treatment": "Treatment (source)",
    "doc": "About",
    "due": "Due",
    "due_days": "Days to do it",
    "overdue": "Days overdue",
    "customer": "Customer",
    "name": "Name",
    "last_contact": "Last contact",
    "id": "Id",
}
_CHINESE: Final = {
    "playbook": "维护方案",
    "label": "名称",
    "scheme": "分类方案",
    "segment": "客户群",
    "customers": "客户数",
    "held_out": "留出对照",
    "playbooks": "维护方案",
    "task": "任务",
    "tasks": "任务数",
    "title": "标题",
    "on": "时机",
    "cadence": "回访间隔天数",
    "owner": "负责人",
    "service": "服务",
    "offers": "优惠",
    "treatment": "对策（来源）",
    "doc": "说明",
    "due": "到期日",
    "due_days": "期限天数",
    "overdue": "逾期天数",
    "customer": "客户",
    "name": "名称",
    "last_contact": "上次联系",
    "id": "编号",
}
_WORDS_ZH: Final = {"on": {"enter": "进入", "leave": "离开"}, "owner": {"owner": "客户负责人"}}


@click.group(cls=Joined, epilog="Example: crm playbook list; crm playbook coverage; crm playbook visits")
def playbook() -> None:
    """See what is to be done for the customers of segments."""


@playbook.command("list", epilog="Example: crm playbook list --format json")
@dated
@formatted
@click.pass_context
def list_(ctx: click.Context, as_of: date | None, form: str) -> None:
    """List the playbooks: for whom they are, and how many tasks and visits they make."""
    from crmcore.desk.care import playbook_table  # noqa: PLC0415 - only here

    crm = opened(ctx)
    _print(ctx, playbook_table(read(ctx, as_of), crm.catalogue), form)


@playbook.command(epilog="Example: crm playbook show retention.high")
@click.argument("name", shell_complete=names_of("playbook"))
@dated
@formatted
@click.pass_context
def show(ctx: click.Context, name: str, as_of: date | None, form: str) -> None:
    """Show one playbook: its customers, tasks, visits and service, and what the source of its scheme states."""
    from crmcore.desk.care import playbook_facts  # noqa: PLC0415 - only here

    crm = opened(ctx)
    found = crm.catalogue.playbook(name)
    facts, tasks = playbook_facts(read(ctx, as_of), found, crm.language)
    if form not in FOR_PEOPLE:
        listed = [dict(zip(tasks.columns, row, strict=True)) for row in tasks.rows]
        print_object({**facts, "tasks": listed if form != "csv" else len(listed)}, form)
        return
    if crm.language == CHINESE:
        facts["segment"] = found.answer.label(CHINESE, found.segment)
    look, known = _look(crm.language), {key: value for key, value in facts.items() if value not in (None, "")}
    if form == "html":
        from crmcore.cli.page import Frame, Sheet  # noqa: PLC0415 - only for a page

        title = found.label(crm.language, name)
        print_page(
            [told(known, look), *([Sheet(tasks, look)] if tasks.rows else [])], Frame(title, language=crm.language)
        )
        return
    print_object(known, form, look)
    if tasks.rows:
        click.echo()
        print_table(tasks, form, look)


@playbook.command(epilog="Example: crm playbook coverage --all")
@click.option("--all", "everything", is_flag=True, help="The segments that have one as well, with its name.")
@dated
@formatted
@click.pass_context
def coverage(ctx: click.Context, everything: bool, as_of: date | None, form: str) -> None:
    """List the segments of all schemes that no playbook is for, and how many customers are in them."""
    from crmcore.desk.care import coverage_table  # noqa: PLC0415 - only here

    crm = opened(ctx)
    table = coverage_table(read(ctx, as_of), crm.catalogue, everything=everything)
    _print(ctx, table, form)
    total = sum(len(scheme.segments) for scheme in crm.schemes)
    without = sum(not row[3] for row in table.rows)
    note(f"{counted(total, 'segment')}, {without} of them without a playbook")


@playbook.command(epilog="Example: crm playbook visits --days 14")
@click.option("--days", type=click.IntRange(0, 36_500), default=0, show_default=True, help="How far to look ahead.")
@dated
@formatted
@click.pass_context
def visits(ctx: click.Context, days: int, as_of: date | None, form: str) -> None:
    """List the customers who are to be visited by now, longest overdue first; `crm task done ID` ticks one off."""
    from crmcore.desk.care import visit_table  # noqa: PLC0415 - only here

    _print(ctx, visit_table(read(ctx, as_of), days), form)


def _look(language: str) -> Look:
    words: Any = _WORDS_ZH if language == CHINESE else {}
    return headed(Look(ids=frozenset({"customer", "id"}), words=words), _ENGLISH, _CHINESE, language)


def _print(ctx: click.Context, table: "Table", form: str) -> None:
    crm = opened(ctx)
    if form in FOR_PEOPLE and crm.language == CHINESE and "scheme" in table.columns:
        table = with_segments_said(table, "scheme", ("segment",), crm.catalogue)
    print_table(table, form, _look(crm.language) if form in FOR_PEOPLE else Look())
