"""Reports to render: one for each thing that can become of a challenger."""

from report_parts import data, days, policy, report, result, rules, shown, slices
from ringside.report.model import CurvesRecord, FloorRecord, ParamChangeRecord, Report, SliceRecord


def passed():
    """Better than the champion."""
    rule = {"subjects": [("log_loss",)], "value": 0.0042, "limit": 0.01}
    return report(rules=rules(RS006=("passed", "better", rule)))


def undecided():
    """The interval reaches over the tolerance."""
    return inconclusive().model_copy(update={"policy": policy()})


def inconclusive():
    """The interval reaches over the tolerance, by the policy that the change would loosen."""
    undecided = result(
        difference=0.001, half=0.004, tolerance=0.002, outcome="inconclusive", more_groups=12, p_worse=0.04
    )
    rule = {"subjects": [("log_loss",)], "value": 0.001, "limit": 0.002}
    return report(
        verdict="inconclusive",
        metrics=[undecided, *report().metrics[1:]],
        rules=rules(RS006=("undecided", "inconclusive", rule)),
        policy=policy(changes=[ParamChangeRecord(key="policy.tolerance", before=0.002, after=0.02)]),
    )


def failed():
    """Worse than the champion, and in one slice more so."""
    worse = result(
        challenger=0.5531,
        difference=-0.0211,
        half=0.0050,
        tolerance=0.01,
        outcome="worse",
        cautions=["one_group", "autocorrelated"],
        method="cosine",
        p_worse=0.9999,
    )
    bad = slices()
    bad[7] = bad[7].model_copy(
        update={"result": result(difference=-0.06, half=0.01, tolerance=0.03, outcome="worse", p_worse=0.9999)}
    )
    rule = {"subjects": [("log_loss",)], "value": -0.0211, "limit": 0.01}
    part = {"subjects": [("carrier", "9E")], "value": 1.0, "limit": 12.0}
    return report(
        verdict="fail",
        metrics=[worse, *report().metrics[1:]],
        slices=bad,
        rules=rules(RS006=("failed", "worse", rule), RS009=("failed", "worse", part)),
    )


def first_model():
    """No version was ever published, and that is proven."""
    against = result(difference=0.0986, half=0.0150, tolerance=0.01, outcome="better")
    return report(
        champion="no_champion",
        rival=None,
        rival_curves=None,
        rival_calibration_error=None,
        rival_latency_ms=None,
        against="baseline",
        metrics=[against, result("roc_auc", 0.7487, 0.2487, 0.02)],
        baseline=against,
        anchor=None,
        slices=[],
        params=[],
        data=None,
        floors=[FloorRecord(metric="roc_auc", value=0.7487, limit=0.7, reached=True)],
        groups=[point.model_copy(update={"rival": None}) for point in days()],
        rules=rules(
            RS004=("passed", None, {"subjects": [("roc_auc",)]}),
            RS006=("not_applicable", "no_champion"),
            RS007=("not_applicable", "no_champion"),
            RS008=("not_applicable", "no_champion"),
            RS009=("not_applicable", "no_champion"),
        ),
    )


def unreachable():
    """Nobody knows whether there is a champion."""
    fields = {name: getattr(first_model(), name) for name in Report.model_fields}
    states = dict.fromkeys(("RS007", "RS008", "RS009"), ("not_applicable", "unreachable"))
    changed = {"verdict": "inconclusive", "champion": "unreachable"}
    return Report(**(fields | changed | {"rules": rules(RS006=("undecided", "unreachable"), **states)}))


def guardrail():
    """The deciding metric is no worse, a guardrail is."""
    metrics = [
        result(difference=0.001, half=0.004, tolerance=0.01, outcome="no_worse", p_worse=0.001),
        result("roc_auc", 0.7287, -0.0235, 0.0040, tolerance=0.01, outcome="worse", p_worse=0.9999),
        *shown(),
    ]
    failed_rule = ("failed", "worse", {"subjects": [("roc_auc",)]})
    return report(verdict="fail", metrics=metrics, rules=rules(RS008=failed_rule))


def regression():
    """A regression in thousands."""
    mae = result("mae", 41_234.0, 812.0, 400.0, tolerance=2500.0, outcome="better", p_worse=0.0)
    metrics = [mae, result("rmse", 60_310.0, 950.0, 2100.0), result("r2", 0.5123, 0.0150, 0.0300)]
    return report(
        task="houses",
        kind="regression",
        metrics=metrics,
        policy=policy(metric="mae"),
        baseline=result("mae", 41_234.0, 30_000.0, 1000.0, tolerance=2500.0, outcome="better"),
        curves=CurvesRecord(calibration=[(1e5 * i, 1e5 * i + 2e3 * (-1) ** i, 90) for i in range(1, 11)]),
        rival_curves=None,
        slices=[],
        data=data().model_copy(update={"labels": [("mean", 240_100.5, 241_873.0), ("std", 88_123.0, 90_001.0)]}),
        groups=[],
    )


def multiclass():
    """Three kinds of wine."""
    metrics = [
        result(difference=0.02, half=0.03, tolerance=0.05, outcome="no_worse", p_worse=0.01),
        result("accuracy", 0.9630, 0.0, 0.01, reason="few_differing_decisions", lower=None, upper=None),
        result("macro_f1", 0.9641, 0.0, 0.01, reason="few_differing_decisions", lower=None, upper=None),
    ]
    return report(task="wine", kind="multiclass", metrics=metrics, slices=[], groups=[], params=[])


def released():
    """Two versions side by side."""
    fields = {name: getattr(passed(), name) for name in Report.model_fields}
    return Report(**(fields | {"challenger_version": "v1.3.0"}))


def huge():
    """500 slices, all of them moved, and 300 parameters, with names as long as they may be."""
    name = "x" * 52
    moved = [
        SliceRecord(
            column=f"column_{name}",
            value=f"{i:03}_{name}",
            rows=1000 + i,
            result=result(difference=-0.02 + 0.00001 * i, half=0.001, tolerance=0.05, outcome="no_worse", p_worse=0.1),
        )
        for i in range(500)
    ]
    params = [
        ParamChangeRecord(key=f"train.{'k' * 110}{i:03}", before=f"{'b' * 60}{i:03}", after=f"{'a' * 60}{i:03}")
        for i in range(300)
    ]
    return report(slices=moved, params=params, slices_left_out=3, groups=days(400))


ALL = {
    make.__name__: make
    for make in (
        passed,
        undecided,
        inconclusive,
        failed,
        first_model,
        unreachable,
        guardrail,
        regression,
        multiclass,
        released,
        huge,
    )
}
"""Every example by name."""
