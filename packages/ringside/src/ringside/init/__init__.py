"""How a copy of the template becomes somebody's own, and stays one.

infer       what stands in somebody's data, and what follows from it for the task
write       the files of the task, of its tests, and of the copy
update      a newer version of the template in your repository
copy        `ringside init` as a whole: what is written, kept and removed
place       where the rows are put; `addresses` what `--from` may be, `strays` where rows lie beside
name        what a task may be called
sample      what belongs to the sample, and how it goes
machinery   the record of which version of the template this is
"""
