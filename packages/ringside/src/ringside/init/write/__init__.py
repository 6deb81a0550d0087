"""The texts of the files of a new task, made from its draft.

package     `__init__.py` and `source.py` of the task; `schema` and `model` make the other two
tests       the tests of the task
params      params.yaml
readme      README.md and the next three steps
literals    names and values of the data as Python and YAML text
"""
