"""The texts of a task that was decided.

package     `__init__.py` and `source.py` of the task; `schema` and `model` write the others
tests       the tests of the task
params      params.yaml
readme      README.md, and the next three steps
literals    values of the data as Python and YAML text
"""
