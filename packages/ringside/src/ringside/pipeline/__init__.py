"""The four stages, one folder each with code of that stage alone. `pilot` is no stage: `ringside plan` runs it."""
