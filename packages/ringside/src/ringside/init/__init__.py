"""`ringside init`: turn a repository made from the template into your own task.

infer       read your data and draft a task from it
write       the texts of the task's files, its tests, params.yaml and README.md
copy        the whole command: write the files, remove the sample
place       the storage of the rows; `addresses` parses `--from`
name        the rules for the name of a task
sample      the sample task and its removal
record      `.ringside.json`, the version of the template in your repository
"""
