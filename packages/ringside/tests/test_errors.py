"""The errors that a person can act on."""

import pickle

from ringside.errors import RegistryError, UsageError


class TestAnError:
    """Found, where, remedy."""

    def test_is_told_in_two_lines(self):
        """What was found and where, then what to do."""
        error = UsageError("it is 7", where="params.yaml", remedy="make it 8.")

        assert str(error) == "params.yaml: it is 7.\n  What to do: make it 8."

    def test_comes_whole_from_another_process(self):
        """A pool of processes hands errors on with all their parts."""
        error = RegistryError("it is gone", where="origin", remedy="look there.", state="unreachable")

        found = pickle.loads(pickle.dumps(error))  # noqa: S301  # what multiprocessing does

        assert (str(found), found.state, type(found)) == (str(error), "unreachable", RegistryError)
