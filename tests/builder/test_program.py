"""A command's signature is its command line, its docstring its help."""

from __future__ import annotations

import pytest

import fabfile
from builder import program
from builder.errors import UsageError
from builder.program import Task


def parrot(name: str, second: str = "none", *rest: str, loud: bool = False, count: int = 1) -> int:
    """Say it back.

    example: ./bldr parrot hello
    """
    parrot.said = (name, second, rest, loud, count)  # type: ignore[attr-defined]
    return 7


PARROT = Task("parrot", "Birds", parrot)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["a"], ("a", "none", (), False, 1)),
        (["a", "b"], ("a", "b", (), False, 1)),
        (["a", "--loud", "b"], ("a", "b", (), True, 1)),
        (["--loud", "a"], ("a", "none", (), True, 1)),
        (["--count", "3", "a"], ("a", "none", (), False, 3)),
        (["a", "--", "ls", "-l", "--", "x"], ("a", "none", ("ls", "-l", "--", "x"), False, 1)),
    ],
)
def test_words_reach_the_function_as_its_signature_says(words: list[str], said: object) -> None:
    assert PARROT.call(words) == 7
    assert parrot.said == said  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        ([], "required: NAME"),
        (["a", "b", "c"], "does not understand 'c'"),
        (["a", "--lou"], "does not understand '--lou'"),
        (["a", "--count", "many"], "invalid int value: 'many'"),
    ],
)
def test_wrong_words_are_an_error_that_shows_the_usage(words: list[str], complaint: str) -> None:
    with pytest.raises(UsageError) as wrong:
        PARROT.call(words)
    assert complaint in str(wrong.value)
    assert "usage: ./bldr parrot NAME [SECOND] [-- REST …] [--loud] [--count COUNT]" in str(wrong.value)


def test_what_follows_the_dashes_is_refused_by_commands_that_take_nothing_there() -> None:
    with pytest.raises(UsageError, match="takes nothing after --"):
        program.find("project_list").call(["--", "x"])


def test_the_list_has_every_command_on_a_line_that_fits_a_terminal() -> None:
    lines = program.listing().splitlines()
    for name in program.TASKS:
        assert sum(line.startswith(f"  {name} ") for line in lines) == 1
    assert max(map(len, lines)) <= 80


@pytest.mark.parametrize("name", program.TASKS)
def test_every_command_has_an_example_of_itself(name: str) -> None:
    assert f"example: ./bldr {name}" in program.explain(program.TASKS[name])


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("aws_lunch_instance", "aws_launch_instance"), ("ssh-", "ssh"), ("aws-stack-list", "aws_stack_list")],
)
def test_a_misspelt_command_is_recognised(typed: str, meant: str) -> None:
    with pytest.raises(UsageError, match=meant):
        program.find(typed)


def test_fab_sees_the_same_commands() -> None:
    assert set(fabfile.ns.task_names) == set(program.TASKS)
