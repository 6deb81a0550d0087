"""The sample's flights again and again: the year 2013 under the names of ten years, for measuring how work grows."""

from dataclasses import replace

import flights

TASK = replace(flights.TASK, name="repeated")
