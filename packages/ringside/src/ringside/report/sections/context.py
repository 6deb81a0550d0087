"""Sections of the context of a verdict: models, time and cost, reproduction."""

from ringside.report import words
from ringside.report.document import Block, Cell, Code, Mono, ReportSection, Strong, Table, Text
from ringside.report.model import CostRecord, ModelRecord, Report, StageCostRecord
from ringside.report.number_format import NONE, count, exact, plain
from ringside.report.prices import DEFAULT, runner, started

_MIB = 2**20


def models(report: Report) -> ReportSection:
    """Return the section of the models and the test set."""
    test_set = report.window
    blocks: list[Block] = [_models_table(report)]
    groups = f"{count(test_set.groups, 'group')} ({plain(test_set.effective_groups, 1)} effective)"
    between = test_set.first if test_set.first == test_set.last else f"{test_set.first} to {test_set.last}"
    blocks.append(Text((f"Test set: {count(test_set.rows, 'row')} in {groups}, {between}.",)))
    if test_set.left_out:
        left_out = count(test_set.left_out, "test row")
        left_out += " left out: training rows of the rival, or rows without its prediction."
        blocks.append(Text((left_out,)))
    if report.rival is not None and report.rival.own_environment:
        own = f"Code or packages changed, so {words.rival_phrase(report)} ran with its own."
        blocks.append(Text((own,)))
    return ReportSection("models", "Models and rows", tuple(blocks), count(test_set.rows, "test row"))


def cost(report: Report) -> ReportSection | None:
    """Return the section of time, memory, price and latency; None if nothing was measured."""
    if not report.stages and report.latency_ms is None and report.cost is None:
        return None
    blocks: list[Block] = []
    if report.stages:
        header = ("stage", "seconds", f"seconds of {words.rival_name(report)}", "peak memory")
        rows = tuple(_stage_row(stage) for stage in report.stages)
        blocks.append(Table("Time and memory by stage", header, rows))
    if report.cost is not None:
        blocks += [_bill(report, report.cost), Text((_paid(report.cost),))]
    elif report.stages:
        blocks.append(Text((_price(report.stages),)))
    if report.latency_ms is not None:
        rival = report.rival_latency_ms
        beside = "" if rival is None else f", {words.rival_name(report)} {plain(rival, 1)} ms"
        text = f"1,000 predictions: {words.challenger_name(report)} {plain(report.latency_ms, 1)} ms{beside}."
        blocks.append(Text((text,)))
    seconds = sum(stage.seconds or 0.0 for stage in report.stages)
    return ReportSection("cost", "Time and cost", tuple(blocks), f"{plain(seconds, 1)} s")


def reproduce(report: Report) -> ReportSection:
    """Return the section with the commands that reproduce the model, and the hashes to compare."""
    record = report.reproduce
    rows: list[tuple[Cell, ...]] = [
        ("model", Mono(report.challenger.sha256)),
        ("data/manifest.json", Mono(record.data)),
        ("requirements/model.txt", Mono(record.model_lock)),
        ("test rows", Mono(report.window.sha256)),
        ("Python", Mono(record.python)),
    ]
    table = Table("Inputs (SHA-256)", ("what", "value"), tuple(rows), left=2)
    if record.commit is None:
        return ReportSection("reproduce", "Reproduce", (Text((Strong("No commit has these files."),)), table))
    blocks: list[Block] = [Code((f"git checkout {record.commit}", "make run")), table]
    if record.dirty:
        blocks.insert(0, Text((Strong("The checkout had changes that no commit has"), ": it cannot be reproduced.")))
    return ReportSection("reproduce", "Reproduce", tuple(blocks), record.commit[:10])


def _models_table(report: Report) -> Table:
    columns: list[tuple[str, ModelRecord | None]] = [(words.challenger_name(report), report.challenger)]
    rows: list[list[Cell]] = [["trained on"], ["rows"], ["size"], ["hash"], ["commit"], ["published"]]
    extra: list[tuple[Cell, Cell]] = [(_commit(report.reproduce.commit), "")]
    if report.rival is not None:
        name = words.rival_name(report) if report.against == "rival" else "rival"
        columns.append((name, report.rival.model))
        extra.append((_commit(report.rival.commit), report.rival.published or "unknown"))
    for (_, model), (commit, published) in zip(columns, extra, strict=True):
        for row, cell in zip(rows, (*_model_cells(model), commit, published), strict=True):
            row.append(cell)
    kept = tuple(tuple(row) for row in rows if any(cell not in ("", "unknown") for cell in row[1:]))
    return Table("Models", ("", *(name for name, _ in columns)), kept, left=3)


def _model_cells(model: ModelRecord | None) -> tuple[Cell, ...]:
    if model is None:
        return ("unknown",) * 4
    between = model.first if model.first == model.last else f"{model.first} to {model.last}"
    return between, count(model.rows), f"{plain(model.bytes / _MIB, 2)} MiB", Mono(model.sha256[:12])


def _commit(commit: str | None) -> Cell:
    return Mono(commit[:12]) if commit else "unknown"


def _stage_row(stage: StageCostRecord) -> tuple[Cell, ...]:
    seconds = plain(stage.seconds, 1)
    if stage.cached:
        seconds = "cached" if stage.seconds is None else f"cached ({seconds})"
    peak = "none" if stage.peak_mib is None else f"{plain(stage.peak_mib, 0)} MiB"
    return Mono(stage.stage), seconds, plain(stage.rival_seconds, 1), peak


def _bill(report: Report, cost: CostRecord) -> Table:
    """Return the total time and price, beside the rival's."""
    seconds, minutes, usd = [plain(cost.seconds, 1)], [count(cost.minutes)], [_usd(cost.dollars)]
    header = ["", words.challenger_name(report)]
    if cost.rival_seconds is not None or cost.rival_dollars is not None:
        header.append(words.rival_name(report) if report.against == "rival" else "rival")
        seconds.append(plain(cost.rival_seconds, 1))
        minutes.append(NONE if cost.rival_seconds is None else count(started(cost.rival_seconds)))
        usd.append(_usd(cost.rival_dollars))
    rows = [("seconds", *seconds), ("started minutes", *minutes)]
    if any(value != NONE for value in usd):
        rows.append(("USD", *usd))
    return Table("Data, pipeline and verdict together", tuple(header), tuple(rows))


def _usd(amount: float | None) -> str:
    return NONE if amount is None else f"{amount:,.3f}"


def _paid(cost: CostRecord) -> str:
    """Return the price, and whether the run is free."""
    if cost.usd_per_minute is None or cost.dollars is None:
        return f"The price of the runner {cost.runner} is unknown; set the variable RINGSIDE_RUNNER_PRICE."
    price = f"USD {exact(cost.usd_per_minute)} per started minute of {cost.runner}"
    rest = "The setup of the job is not included."
    if cost.free:
        would = f"it would cost USD {_usd(cost.dollars)} in a private repository, at {price}"
        return f"Free, because this repository is public; {would}. {rest}"
    return f"USD {_usd(cost.dollars)}, at {price}. {rest}"


def _price(stages: list[StageCostRecord]) -> str:
    """Return the price of the stages that ran, on a hosted runner, by started minutes."""
    ran = sum(stage.seconds or 0.0 for stage in stages if not stage.cached)
    if ran <= 0:
        return "No stage ran: every result was cached, at no cost."
    minutes, usd = started(ran), runner(DEFAULT).usd_per_minute or 0.0
    price = f"USD {minutes * usd:,.3f} in a private repository (USD {usd} a minute in 2026)"
    return (
        f"{count(minutes, 'started minute')} of a Linux runner with two cores: {price}, free in a public one. "
        "The setup of a job is not included."
    )
