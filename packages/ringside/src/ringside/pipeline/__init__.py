"""The four stages, a folder each: what one stage alone imports. `pilot` is no stage: `ringside plan` runs it."""
