"""`ringside init`: makes a task out of somebody's data, and takes the sample away.

columns     what stands in each column of the data
facts       what follows from that for the task: kind, identity, time, partitions, group, features, slices
doubts      what a person has to look at: leaks, identifiers, constants, too few rows
words       values of the data as Python and YAML text
package     the files of the task; `params`, `readme` and `checks` write the others
sample      what belongs to the sample, and how it goes
machinery   whether a copy changed the machinery
"""
