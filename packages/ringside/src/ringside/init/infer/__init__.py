"""From somebody's data to a task that is decided and not yet written.

look        the data as a file, a folder or a query answers them; `numerals` how they write numbers
columns     what stands in each column
draft       the task that is being decided; a question to a person, and what a person said
facts       kind, identity, group, features, slices; `time` the time and the partitions, `panel` who comes again
doubts      what a person has to look at: `leaks`, identifiers, constants, too few rows
"""
