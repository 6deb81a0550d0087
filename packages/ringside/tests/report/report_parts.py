"""The parts of the example reports, at the sample's scale."""

import math

from ringside.report.model import (
    AnchorRecord,
    ColumnChangeRecord,
    CurvesRecord,
    DataDiffRecord,
    GroupRecord,
    ModelRecord,
    ParamChangeRecord,
    PartitionChangeRecord,
    PolicyRecord,
    Report,
    ReproduceRecord,
    ResultRecord,
    RivalRecord,
    RuleRecord,
    SliceRecord,
    StageCostRecord,
    TestSetRecord,
)

CARRIERS = ("UA", "B6", "EV", "DL", "AA", "MQ", "US", "9E", "WN", "VX", "FL", "AS")


def model(letter="a", *, first="2013-01", last="2013-05", rows=133_603):
    """A model file of 0.9 MB."""
    return ModelRecord(sha256=letter * 64, bytes=912_345, rows=rows, first=first, last=last)


def result(metric="log_loss", challenger=0.5320, difference=0.001, half=0.004, **given):
    """A metric with an interval of plus and minus `half`."""
    better = "higher" if metric in HIGHER else "lower"
    rival = challenger - (difference if better == "higher" else -difference)
    values = {
        "metric": metric,
        "better": better,
        "challenger": challenger,
        "rival": rival,
        "difference": difference,
        "lower": difference - half,
        "upper": difference + 0.7 * half,
        "method": "jackknife",
        "standard_error": half / 2.5,
        "degrees_of_freedom": 28.6,
        "groups": 30,
        "effective_groups": 29.6,
        "smallest": 1.4 * half,
    }
    return ResultRecord(**(values | given))


HIGHER = ("roc_auc", "average_precision", "precision", "recall", "f1", "accuracy", "macro_f1", "r2", "lift_at_top")


def shown():
    """The metrics that the policy does not judge."""
    return [
        result("brier", 0.1761, 0.0004, 0.0013),
        result("average_precision", 0.5916, 0.0021, 0.0060),
        result("precision", 0.6730, -0.0052, 0.0120),
        result("recall", 0.4312, 0.0094, 0.0110),
        result("f1", 0.5257, 0.0051, 0.0090),
    ]


def curves(shift=0.0):
    """The curves of a plain binary model."""
    steps = [i / 40 for i in range(41)]
    bins = [0.05 + 0.09 * i for i in range(10)]
    return CurvesRecord(
        roc=[(x, min(1.0, x ** (0.42 - shift))) for x in steps],
        calibration=[(x, x + (0.02 + 2 * shift) * math.sin(7 * x + 9 * shift), 2707) for x in bins],
        scores=[(i / 20, int(5000 * math.exp(-(((i - 5 - 20 * shift) / 4) ** 2))) + 40) for i in range(20)],
    )


def days(number=30):
    """The deciding metric by day."""
    return [
        GroupRecord(
            group=f"2013-06-{day:02}" if number <= 30 else f"day-{day}",
            rows=900 + day,
            challenger=0.53 + 0.08 * math.sin(0.7 * day),
            rival=0.536 + 0.08 * math.sin(0.7 * day) + 0.02 * math.sin(5 * day),
        )
        for day in range(1, number + 1)
    ]


def slices():
    """Each carrier, two of them moved."""
    moved = {"9E": -0.0164, "VX": 0.0121}
    return [
        SliceRecord(
            column="carrier",
            value=carrier,
            rows=400 + 150 * i,
            result=result(
                challenger=0.50 + 0.01 * i,
                difference=moved.get(carrier, 0.0005 * (i - 5)),
                half=0.009,
                tolerance=0.03,
                outcome="no_worse",
                p_worse=0.01,
            ),
        )
        for i, carrier in enumerate(CARRIERS)
    ]


def rules(**states):
    """All rules, passed but for those named, as in `RS006=("failed", "worse")`."""
    base = {
        "RS001": ("passed", None, {"value": 0.0004, "limit": 0.01}),
        "RS002": ("passed", None, {"value": 0.0, "limit": 0.0}),
        "RS003": ("passed", None, {}),
        "RS004": ("not_applicable", "none_asked", {}),
        "RS005": ("passed", "better", {"subjects": [("log_loss",)], "value": 0.0986}),
        "RS006": ("passed", "no_worse", {"subjects": [("log_loss",)], "value": 0.001, "limit": 0.01}),
        "RS007": ("not_applicable", "same_as_champion", {}),
        "RS008": ("passed", None, {"subjects": [("roc_auc",)]}),
        "RS009": ("passed", None, {"value": 0.0, "limit": 12.0}),
        "RS101": ("passed", "no_worse", {}),
        "RS102": ("not_applicable", "not_measured", {}),
        "RS105": ("passed", "same_bytes", {}),
    }
    names = ("data_valid", "no_leak", "model_file", "floors", "baseline", "deciding_metric", "anchor", "guardrails")
    names += ("slices", "calibration", "latency", "rebuild")
    found = []
    for (code, (state, reason, more)), name in zip(base.items(), names, strict=True):
        state, reason, *rest = states.get(code, (state, reason, more))  # noqa: PLW2901  # the one asked for
        severity = "note" if code > "RS100" else "decides"
        extra = rest[0] if rest else {}
        found.append(RuleRecord(code=code, name=name, severity=severity, state=state, reason=reason, **extra))
    return found


def data():
    """One month more."""
    return DataDiffRecord(
        rows_before=105_360,
        rows_after=133_603,
        duplicates_before=3,
        duplicates_after=3,
        partitions=[PartitionChangeRecord(partition="2013-05", change="added", rows_before=None, rows_after=28_243)],
        labels=[("0", 0.755, 0.742), ("1", 0.245, 0.258)],
        columns=[
            ColumnChangeRecord(
                column="temp",
                stability=0.312,
                distance=0.61,
                effect="distance_d",
                missing_before=0.0002,
                missing_after=0.0001,
            ),
            ColumnChangeRecord(
                column="dest",
                stability=0.021,
                distance=0.05,
                effect="distance_v",
                missing_before=0.0,
                missing_after=0.0,
            ),
            ColumnChangeRecord(
                column="seats",
                stability=None,
                distance=None,
                missing_before=0.15,
                missing_after=0.16,
            ),
        ],
    )


def policy(**given):
    """The sample's policy."""
    values = {
        "metric": "log_loss",
        "confidence": 0.95,
        "uses": 5,
        "min_groups": 10.0,
        "threshold": 0.5,
        "top": 0.1,
        "inconclusive": "merge_only",
        "origin": "ref",
    }
    return PolicyRecord(**(values | given))


def rival():
    """The released champion."""
    return RivalRecord(
        source="champion",
        version="v1.2.0",
        commit="c0ffee" * 6 + "c0ff",
        published="2026-10-30",
        model=model("b", last="2013-04", rows=105_360),
        own_environment=True,
        left_out=0,
    )


def window():
    """The sample's test month."""
    return TestSetRecord(
        rows=27_075,
        left_out=0,
        groups=30,
        effective_groups=29.6,
        first="2013-06",
        last="2013-06",
        sha256="d" * 64,
        releases=2,
        pull_requests=3,
    )


def stages():
    """Two stages from the cache, two that ran."""
    return [
        StageCostRecord(stage="validate", seconds=1.9, peak_mib=310.0, cached=True, rival_seconds=2.1),
        StageCostRecord(stage="split", seconds=0.8, peak_mib=260.0, cached=True, rival_seconds=0.8),
        StageCostRecord(stage="train", seconds=14.3, peak_mib=512.4, cached=False, rival_seconds=9.9),
        StageCostRecord(stage="evaluate", seconds=3.4, peak_mib=401.0, cached=False, rival_seconds=3.3),
    ]


def reproduce():
    """A clean checkout."""
    return ReproduceRecord(
        commit="0123456789abcdef0123456789abcdef01234567",
        dirty=False,
        model_lock="e" * 64,
        data="f" * 64,
        python="3.11.9",
    )


def report(**given):
    """A pass with everything in it; `given` replaces fields."""
    values = {
        "format": 1,
        "task": "flights",
        "kind": "binary",
        "verdict": "pass",
        "champion": "compared",
        "challenger": model("a"),
        "rival": rival(),
        "window": window(),
        "policy": policy(),
        "rules": rules(),
        "metrics": [
            result(difference=0.0042, half=0.0031, tolerance=0.01, outcome="better", p_worse=0.0001),
            result("roc_auc", 0.7487, 0.0035, 0.0040, tolerance=0.01, outcome="no_worse", p_worse=0.0002),
            *shown(),
        ],
        "against": "rival",
        "baseline": result(difference=0.0986, half=0.0150, tolerance=0.01, outcome="better"),
        "anchor": AnchorRecord(version="v1.2.0", pinned=False, state="same_as_champion", result=None),
        "slices": slices(),
        "params": [
            ParamChangeRecord(key="train.max_leaf_nodes", before=31, after=15),
            ParamChangeRecord(key="train.learning_rate", before=0.1, after=0.05),
            ParamChangeRecord(key="train.early_stopping", before=None, after=False),
            ParamChangeRecord(key="train.comment", before=None, after=None, shown=False),
        ],
        "data": data(),
        "curves": curves(),
        "rival_curves": curves(0.02),
        "groups": days(),
        "calibration_error": 0.0112,
        "rival_calibration_error": 0.0143,
        "stages": stages(),
        "latency_ms": 11.2,
        "rival_latency_ms": 12.9,
        "reproduce": reproduce(),
    }
    return Report(**(values | given))
