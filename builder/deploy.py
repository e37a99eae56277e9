"""`./bldr deploy`: a branch's newest commit on the instance named after the branch, launched if it is not there yet."""

from __future__ import annotations

from builder import ask, code, launch, names, pick, stacks, update
from builder.errors import UsageError
from builder.projects import Repo
from builder.templates import known


def deploy(project: str | None, branch: str | None, *, yes: bool = False) -> None:
    """Update the branch's instance of a project, or launch it. One argument is the branch: the project is asked for."""
    if branch is None:
        project, branch = None, project
    project = pick.project(project, only=_with_code())
    found = _branch(project, branch)
    target = pick.Target(project, names.instance_id_of_branch(found.name))
    standing = stacks.find(target.stack)
    if standing and standing.exists and standing.is_ours:
        update.update_instance(standing, branch=found.name, yes=yes)
    else:
        launch.launch(target, branch=found.name, yes=yes)


def _branch(project: str, branch: str | None) -> code.Branch:
    repo = _repo(project)
    if not repo:
        raise UsageError(f"{project} has no repo in its description: there is no branch of it to deploy")
    repository = code.Repository.of(repo)
    if branch is None:
        newest = [each.name for each in repository.branches()]
        branch = ask.pick("branch", newest, argument="BRANCH", remember=f"branch of {project}")
    return repository.branch(branch)


def _repo(project: str) -> Repo | None:
    return known().sample(project).repo


def _with_code() -> list[str]:
    return [name for name in known() if _repo(name)]
