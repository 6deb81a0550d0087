"""Stories of pull requests that change code, parameters, policy or packages: what people see of each."""

import re

import pytest

from telling import BOT, Told, told, twin

MODEL = "src/harbour/model.py"
REPOSITORY = "acme/demo"
UNSURE = {"learning_rate: 0.1": "learning_rate: 0.03"}
LOOSE = {
    "tolerance: 0.02": "tolerance: 0.9",
    "roc_auc: 0.55": "roc_auc: 0.01",
    "inconclusive: block": "inconclusive: merge_only",
}
LOGISTIC = '''\
"""Logistic regression: ships are late by wind and swell alike, and at both ends of the day."""

from sklearn.compose import ColumnTransformer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, PolynomialFeatures, StandardScaler

from harbour import HarbourParams


def build_model(params: HarbourParams) -> Pipeline:
    """An unfitted model."""
    hour = make_pipeline(StandardScaler(), PolynomialFeatures(2, include_bias=False))
    columns = ColumnTransformer(
        [("pier", OneHotEncoder(), ["pier"]), ("sea", StandardScaler(), ["wind", "swell"]), ("hour", hour, ["hour"])]
    )
    return Pipeline([("columns", columns), ("logistic", LogisticRegression(random_state=params.seed))])
'''

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("stories-changes")]


def params(arena, edits):
    """params.yaml of main with some texts replaced, each of which stands there once."""
    text = arena.bare.run("show", "main:params.yaml") + "\n"
    for old, new in edits.items():
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return {"params.yaml": text}


@pytest.fixture(scope="module")
def nothing(_released, tmp_path_factory):
    """A comment in the code of the model, by somebody who also runs `make lint` and the tests."""
    with twin(_released, tmp_path_factory.mktemp("nothing")) as arena:
        code = arena.bare.run("show", f"main:{MODEL}")
        yield told(arena, {MODEL: f"{code}\n# Nothing is to be added.\n"})


class TestNoOp:
    """A change of the code that makes the same model."""

    def test_passes_with_the_very_predictions(self, nothing):
        """The check is green and says that no prediction is another one; so does the comment."""
        assert nothing.shown == ("success", "notice", "Pass"), nothing.log
        assert "the predictions are identical to those of v1.0.0" in nothing.check.annotations[0][1]
        assert "> **Pass: the predictions are identical to those of v1.0.0.**" in nothing.head

    def test_is_made_anew_all_the_same(self, nothing):
        """Nobody believes that a comment is one: the model is trained, and it has the champion's bytes."""
        hashes = re.search(r"\| hash \| `(\w+)` \| `(\w+)` \|", nothing.part("Models and rows"))

        assert nothing.ran == ["train", "evaluate"]
        assert hashes
        assert hashes[1] == hashes[2]

    def test_lets_the_champion_run_by_its_own_code(self, nothing):
        """The code is no longer the champion's."""
        assert "so v1.0.0 ran with its own" in nothing.part("Models and rows")


@pytest.fixture(scope="module")
def improved(_released, tmp_path_factory):
    """Another estimator, where the window is used once, so that it shows smaller differences."""
    main = {"params.yaml": ("tolerance: 0.02", "tolerance: 0.02\n  uses: 1")}
    with twin(_released, tmp_path_factory.mktemp("improved"), main=main) as arena:
        yield told(arena, {MODEL: LOGISTIC})


class TestImprovement:
    """A pull request whose model is better."""

    def test_passes_and_says_that_it_is_better(self, improved):
        """Not only no worse: the sentence and the deciding metric's line have the word."""
        assert improved.shown == ("success", "notice", "Pass"), improved.log
        assert "better than v1.0.0" in improved.check.annotations[0][1]
        assert "| **log loss (decides)** | better | +0.00" in improved.head

    def test_says_what_now(self, improved):
        """Merging is up to people, and so is publishing in a copy that is not live; what is in production stays."""
        said = "Merge it, then publish it by hand: params.yaml has live: false. Until then v1.0.0 stays"

        assert f"**What now:** {said}" in improved.head


@pytest.fixture(scope="module")
def unsure(_released, tmp_path_factory):
    """A model of which these days cannot tell whether it is worse."""
    with twin(_released, tmp_path_factory.mktemp("unsure")) as arena:
        yield told(arena, params(arena, UNSURE))


class TestInconclusive:
    """A pull request of which the test window cannot tell."""

    def test_is_green_with_a_warning(self, unsure):
        """The check says that it is safe to merge, and that nothing will be published."""
        assert unsure.shown == ("success", "warning", "Inconclusive"), unsure.log
        assert "Safe to merge; v1.0.0 stays in production." in unsure.check.annotations[0][1]

    def test_says_what_would_settle_it(self, unsure):
        """In days, since a day is a group; in the comment, too."""
        settles = re.compile(r"About \d+ more groups? would decide it\.")

        assert settles.search(unsure.check.annotations[0][1])
        assert settles.search(unsure.head)


@pytest.fixture(scope="module")
def loosened(_released, tmp_path_factory):
    """The same model where the policy blocks, with a policy that would let it through."""
    main = {"params.yaml": ("tolerance: 0.02", "tolerance: 0.02\n  inconclusive: block")}
    with twin(_released, tmp_path_factory.mktemp("loosened"), main=main) as arena:
        yield told(arena, params(arena, UNSURE | LOOSE))


class TestLoosenedPolicy:
    """A pull request that changes the policy so that it passes."""

    def test_is_judged_by_the_policy_of_the_base(self, loosened):
        """Red, since that one blocks what is inconclusive within its tolerance."""
        assert loosened.shown == ("failure", "error", "Inconclusive"), loosened.log
        assert "tolerance 0.02" in loosened.check.annotations[0][1]
        assert "The policy blocks the merge until this is decided" in loosened.check.annotations[0][1]
        assert "The policy blocks the merge until this is decided" in loosened.head

    def test_is_seen_to_change_it(self, loosened):
        """The comment says so before anything is unfolded, with both values of each key."""
        assert "**This change alters the policy.**" in loosened.head
        assert "| `policy.tolerance` | 0.02 | 0.9 |" in loosened.head
        assert "| `policy.floors.roc_auc` | 0.55 | 0.01 |" in loosened.head
        assert "| `policy.inconclusive` | `block` | `merge_only` |" in loosened.head


@pytest.fixture(scope="module")
def queued(loosened, tmp_path_factory):
    """That pull request in the merge queue."""
    with loosened.arena.twin(tmp_path_factory.mktemp("queued")) as arena:
        arena.hub.of(REPOSITORY).workflows.pop("checks.yaml")
        arena.hub.merge_group(loosened.number)
        yield Told(arena, loosened.number, arena.play())


class TestMergeQueue:
    """A pull request in the queue: its commit is the queue's, and so is its base."""

    def test_is_judged_by_the_policy_of_its_base(self, queued):
        """Whoever queued it all the same learns it there, and in the summary."""
        assert queued.shown == ("failure", "error", "Inconclusive"), queued.log
        assert "The policy blocks the merge" in queued.played.check("Train and judge").summary

    def test_has_both_required_checks(self, queued):
        """Else the queue would wait for them for ever."""
        events = [(run.workflow, run.event) for run in queued.played.runs]

        assert events == [("Checks", "merge_group"), ("Train", "merge_group"), ("Report", "workflow_run")]
        assert queued.played.check("Checks").conclusion == "success"

    def test_is_not_commented_on(self, queued, loosened):
        """The pull request has its report already."""
        assert queued.played.check("Comment").conclusion == "skipped"
        assert queued.comment == loosened.comment


@pytest.fixture(scope="module")
def shallow(_released, tmp_path_factory):
    """A new seed, by a Train without the line that fetches the history."""
    with twin(_released, tmp_path_factory.mktemp("shallow")) as arena:
        workflow = ".github/workflows/train.yaml"
        text = arena.bare.run("show", f"main:{workflow}") + "\n"
        line = "          fetch-depth: 0\n"
        assert text.count(line) == 2
        yield told(arena, {workflow: text.replace(line, ""), "params.yaml": ("  seed: 0", "  seed: 1")})


class TestShallowClone:
    """A checkout without the history: it has neither the base, nor the tags of versions."""

    def test_is_what_train_never_makes(self, nothing):
        """Both jobs that compare commits fetch the whole history; what only sums up does not."""
        depths = {note["job"]: note["depth"] for note in nothing.arena.notes if note["action"] == "checkout"}

        assert depths == {"changes": "0", "train": "0", "verdict": "1", "comment": "1"}

    def test_is_not_taken_for_one_without_a_champion(self, shallow):
        """Red, with the reason and what to do; it does not pass as a first model."""
        assert shallow.shown == ("failure", "error", "Broken"), shallow.log
        assert "this checkout is shallow and lacks the base" in shallow.head
        assert "(fetch-depth: 0, as in the template's train.yaml)" in shallow.head

    def test_trains_nothing_that_nobody_could_judge(self, shallow):
        """It ends before the pipeline; and what it cannot compare, it takes for a change of the model."""
        assert shallow.ran == []
        assert "this clone lacks the base" in shallow.played.check("What changed").summary


def bump(arena, package, file):
    """A lock with another version of a package."""
    text = arena.bare.run("show", f"main:{file}") + "\n"
    bumped, many = re.subn(rf"(?m)^({package}==\S+)", r"\1.post1", text)
    assert many == 1
    return {file: bumped}


@pytest.fixture(scope="module")
def sklearn(_released, tmp_path_factory):
    """Dependabot's bump of scikit-learn, which its lock holds; here data need no access."""
    with twin(_released, tmp_path_factory.mktemp("sklearn")) as arena:
        edits = bump(arena, "scikit-learn", "requirements/model.txt")
        yield told(arena, edits, "dependabot/pip/model-1", user=BOT)


@pytest.fixture(scope="module")
def linter(_released, tmp_path_factory):
    """Dependabot's bump of a linter."""
    with _released.twin(tmp_path_factory.mktemp("linter")) as arena:
        yield told(arena, bump(arena, "ruff", "requirements/dev.txt"), "dependabot/pip/tools-1", user=BOT)


class TestDependabot:
    """Its pull requests, whose token only reads."""

    def test_of_scikit_learn_trains_and_judges(self, sklearn):
        """Another scikit-learn can make another model; here it makes the same one."""
        assert sklearn.ran == ["validate", "split", "train", "evaluate"]
        assert sklearn.shown == ("success", "notice", "Pass"), sklearn.log

    def test_of_scikit_learn_lets_the_champion_run_with_its_own(self, sklearn):
        """The champion is judged by the packages that its release names."""
        assert "Code or packages changed, so v1.0.0 ran with its own." in sklearn.part("Models and rows")

    def test_gets_a_comment(self, sklearn):
        """Another workflow writes it, so that it needs no token that writes."""
        rights = [token.rights for token in sklearn.arena.hub.tokens.values() if token.rights]

        assert "> **Pass:" in sklearn.head
        assert {level for found in rights for level in found.items() if level[1] == "write"} == {
            ("pull-requests", "write")
        }

    def test_of_a_linter_trains_nothing(self, linter):
        """Both required checks are green."""
        assert linter.played.check("Train and judge").conclusion == "skipped", linter.log
        assert linter.shown == ("success", "notice", "Nothing")
        assert linter.played.check("Checks").conclusion == "success"
        assert linter.arena.comments(linter.number) == []
