"""The four stages, one folder each with the code of that stage alone. `pilot` is not a stage: `ringside plan` runs it."""
