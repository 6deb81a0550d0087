"""Try."""
import os, time
import pytest

def cpu():
    t = os.times()
    return t.children_user + t.children_system + t.user + t.system

class TestTry:
    """Try."""
    def test_it(self, _released, tmp_path):
        """Try."""
        with _released.twin(tmp_path / "x") as arena:
            arena.without("checks.yaml")
            desk = arena.clone("live"); 
            print((desk.root/"dvc.lock").read_text()); print((desk.root/"params.yaml").read_text())
            marks = []
            def mark(name):
                marks.append((name, cpu(), time.time()))
            mark("start")
            arena.change("main", {"params.yaml": ("task: harbour", "live: true\ntask: harbour")})
            p = arena.play(); mark("live push"); print(p.names, p.run("Publish").play.jobs["Anything new?"].summary)
            arena.change("more", {"params.yaml": ("max_iter: 60", "max_iter: 80")})
            n = arena.propose("more")
            p = arena.play(); mark("train+report"); print(p.log[-3000:]); print(arena.comments(n))
            arena.merge(n); p = arena.play(); mark("publish"); print(p.log[-6000:]); print([(r.tag, r.draft) for r in arena.hub.of("acme/demo").releases])
            for run in p.runs:
                for job in run.play.jobs.values(): print(job.name, job.summary, job.annotations, job.outputs)
            p = arena.dispatch("publish.yaml"); mark("again")
            p = arena.dispatch("rollback.yaml", reason="it is late"); mark("rollback"); print(p.log)
            for run in p.runs:
                for job in run.play.jobs.values(): print(run.workflow, job.name, job.summary, job.annotations, job.outputs)
            for a, b in zip(marks, marks[1:]): print(b[0], "cpu", round(b[1]-a[1],1), "wall", round(b[2]-a[2],1))
        assert 0
