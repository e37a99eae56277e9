"""Every command, in the order of `./bldr -l`. Each is a few calls into builder/, which is imported when it runs."""

from __future__ import annotations

from typing import Any

from builder import program
from builder.program import task

LAUNCH, MACHINES, PROJECTS, CLOUD = "Launch and change", "Machines", "Projects", "This computer's own cloud"


@task(LAUNCH)
def aws_launch_instance(project: str | None = None, instance_id: str | None = None, *, yes: bool = False) -> None:
    """Launch an instance: its stack, its machine, all on it.

    Shows what will be created, asks, creates it, waits for the machine and has Salt make it what salt/ says.
    Asks for what is not given; --yes answers the confirmation. After an interruption the same command goes on.

    example: ./bldr aws_launch_instance elife-bot continuum-test
    """
    from builder import launch, pick

    launch.launch(pick.target(project, instance_id), yes=yes)


@task(LAUNCH)
def create_stack(project: str | None = None, instance_id: str | None = None, *, yes: bool = False) -> None:
    """Create an instance's stack only, without Salt.

    As aws_launch_instance, but without Salt: ./bldr aws_update_instance converges the machine later.

    example: ./bldr create_stack elife-lax continuum-test
    """
    from builder import launch, pick

    launch.launch(pick.target(project, instance_id), yes=yes, converge=False)


@task(LAUNCH)
def deploy(project: str | None = None, branch: str | None = None, *, yes: bool = False) -> None:
    """Launch or update the instance of a branch.

    Brings it to the branch's newest commit. The instance is named after the branch.
    One argument alone is the branch; the project is asked for then.

    example: ./bldr deploy elife-bot my-branch
    """
    from builder import deploy

    deploy.deploy(project, branch, yes=yes)


@task(LAUNCH)
def aws_update_instance(name: str | None = None, *, yes: bool = False) -> None:
    """Bring an instance up to date: stack, code, machine.

    Applies what changed in projects/ (shown, and asked for), takes the newest commit of
    its branch, and runs a highstate.

    example: ./bldr aws_update_instance elife-bot-continuum-test
    """
    from builder import pick, update

    update.update_instance(pick.stack(name), yes=yes)


@task(LAUNCH)
def aws_update_stack(name: str | None = None, *, yes: bool = False) -> None:
    """Apply what changed in projects/ to a stack only.

    The machine is left alone. Shows each change first, old and new. When it fails,
    the stack goes back to what it was by itself.

    example: ./bldr aws_update_stack elife-bot-continuum-test
    """
    from builder import pick, update

    update.update_stack(pick.stack(name), yes=yes)


@task(LAUNCH)
def aws_delete_stack(name: str | None = None, *, yes: bool = False) -> None:
    """Delete a stack with everything in it.

    Shows what will go, and asks.

    example: ./bldr aws_delete_stack elife-bot-continuum-test
    """
    from builder import delete, pick

    delete.delete(pick.stack(name), yes=yes)


@task(MACHINES)
def aws_stack_list(*, json: bool = False) -> None:
    """List what runs: stacks, state, age, branch, address.

    --json prints the same for programs.

    example: ./bldr aws_stack_list
    """
    from builder import listing

    listing.stacks_running(as_json=json)


@task(MACHINES)
def aws_describe(name: str | None = None, *, json: bool = False) -> None:
    """Show one stack: machines, resources, outputs, tags.

    example: ./bldr aws_describe elife-bot-continuum-test
    """
    from builder import listing, pick

    listing.describe(pick.stack(name), as_json=json)


@task(MACHINES)
def ssh(name: str | None = None, *command: str) -> int:
    """Open a shell on a machine, or run one command there.

    The shell is elife's. What follows -- is run on the machine; its exit code is this one's.
    Further machines of a cluster are NAME--2, NAME--3.

    example: ./bldr ssh elife-bot-continuum-test
             ./bldr ssh elife-bot-continuum-test -- uptime
    """
    from builder import pick, ssh

    return ssh.shell(pick.machine(name), command)


@task(MACHINES)
def highstate(name: str | None = None) -> None:
    """Have Salt make a machine what salt/ says it is.

    Starts the very unit that the daily timer starts, follows it, and shows what changed.

    example: ./bldr highstate elife-bot-continuum-test
    """
    from builder import highstate, pick

    highstate.converge_all(pick.stack(name))


@task(MACHINES)
def history(name: str | None = None) -> None:
    """Show past highstates: when, and what had drifted.

    example: ./bldr history elife-bot-continuum-test
    """
    from builder import highstate, pick

    highstate.show_history(pick.stack(name))


@task(PROJECTS)
def project_list() -> None:
    """List all projects.

    example: ./bldr project_list
    """
    from builder import catalogue

    catalogue.show_all()


@task(PROJECTS)
def project(name: str | None = None, instance_id: str | None = None) -> None:
    """Show a project, merged, and where each value is from.

    With an instance id, that instance's alternative.

    example: ./bldr project elife-bot
    """
    from builder import catalogue, pick

    catalogue.show(pick.project(name), instance_id)


@task(PROJECTS)
def template(project: str | None = None, instance_id: str | None = None, *, yaml: bool = False) -> None:
    """Print the CloudFormation template of a project.

    JSON, the same bytes each time; --yaml for reading. Nothing is created.
    Without an instance id today's date stands for it.

    example: ./bldr template elife-lax continuum-test --yaml
    """
    from builder import names, pick, templates

    print(templates.text(pick.project(project), instance_id or names.today(), as_yaml=yaml))


@task(CLOUD)
def cloud(action: str = "status", *, yes: bool = False) -> int:
    """The local cloud: status, env, stop, reset or logs.

    It starts by itself with the first command that needs it. env prints what any AWS client needs
    to talk to it. reset deletes everything in it, and asks.

    example: ./bldr cloud status
             eval "$(./bldr cloud env)"; aws s3 ls
    """
    from builder import cloud

    return cloud.manage(action, yes=yes)


def __getattr__(name: str) -> Any:
    if name == "ns":  # what `fab` looks for; made only then, because ./bldr needs no Invoke
        return program.collection()
    raise AttributeError(name)


if __name__ == "__main__":
    program.main()
