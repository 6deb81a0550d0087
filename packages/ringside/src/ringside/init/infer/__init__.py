"""Read your data and draft a task from it; nothing is written.

look        read a file, a folder or the result of a query; `numerals` detects how numbers are written
columns     type, values and range of each column
draft       the draft of a task, the questions to the user, the options of the command line
facts       kind, identity, group, features, slices; `time` time and partitions, `panel` entities in many periods
doubts      warnings to check by hand: `leaks`, identifiers, constants, too few rows
"""
