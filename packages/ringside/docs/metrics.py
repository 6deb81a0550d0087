"""Prints docs/metrics.md from the metrics that there are: `make reference`."""

from ringside.verdict.metrics import LEADING, METRICS

HEAD = """# Metrics

Written by `make reference` from `ringside.verdict.metrics`; change the text there, not this page.

A metric that *decides* may be `policy.metric`; every metric may be a guardrail or have a floor. Without `policy.metric`
the leading one of the kind decides. How often each interval holds the truth is in [statistics](statistics.md). The
expected calibration error is shown beside these and never judged: it is biased by its bins. A metric of your own
([the verdict](verdict.md#a-metric-of-your-own)) has the jackknife as well: its function is called once without each
group."""


def main() -> None:
    """Print the page."""
    print(HEAD)
    for kind, metrics in METRICS.items():
        print(f"\n## {kind}\n\n| metric | better | may decide | interval |\n|---|---|---|---|")
        for metric in metrics:
            decides = {"decides": "yes", "guards": "no"}[metric.judged]
            leading = " (leading)" if metric.name == LEADING[kind] else ""
            print(f"| `{metric.name}`{leading} | {metric.better} | {decides} | {metric.interval} |")


if __name__ == "__main__":
    main()
