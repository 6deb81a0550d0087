"""Print docs/metrics.md from the built-in metrics: `make reference`."""

from ringside.verdict.metrics import LEADING, METRICS

HEAD = """# Metrics

`make reference` writes this page from `ringside.verdict.metrics`. Change the text there.

A metric that may decide can be `policy.metric`; without that key, the default metric decides. Every metric can be a
guardrail or have a floor. [Statistics](statistics.md) describes the intervals and their coverage. The report also shows
the expected calibration error; it never decides, because its bins bias it. You can define
[a metric of your own](verdict.md#a-metric-of-your-own)."""


def main() -> None:
    """Print the page."""
    print(HEAD)
    for kind, metrics in METRICS.items():
        print(f"\n## {kind}\n\n| metric | better | may decide | interval |\n|---|---|---|---|")
        for metric in metrics:
            decides = {"decides": "yes", "guards": "no"}[metric.judged]
            default = " (default)" if metric.name == LEADING[kind] else ""
            print(f"| `{metric.name}`{default} | {metric.better} | {decides} | {metric.interval} |")


if __name__ == "__main__":
    main()
