"""The project files that the settings file names, read and checked whole."""

from __future__ import annotations

import os
from collections.abc import Iterator
from collections.abc import Mapping as MappingOf
from dataclasses import fields
from pathlib import Path
from typing import NamedTuple

from builder import names
from builder.errors import UsageError
from builder.projects.merge import only_asked_for, overlay
from builder.projects.mistakes import Mistakes
from builder.projects.reader import Reader, spelt_out
from builder.projects.schema import Keys, Project, ProjectName
from builder.projects.source import Mapping, Node, Scalar, Sequence, find, read
from cloudformation.consistency import contradictions
from cloudformation.description import Aws

ROOT = Path(__file__).resolve().parents[2]
SETTINGS = ROOT / "settings.yaml"
DEFAULTS = "defaults"
ALTERNATIVES = "aws-alt"
SECTIONS = ("ext", "rds")  # sections of `aws` that only those have who ask for them


class Layers(NamedTuple):
    """Everything that is written about one project."""

    name: str
    defaults: Mapping | None
    project: Mapping

    def merged(self, instance_id: str) -> Mapping:
        """Defaults, their alternative, the project, its alternative: each over the one before."""
        own = [_section(self.project, "aws"), _alternative(self.project, instance_id)]
        shared = [_section(self.defaults, "aws"), _alternative(self.defaults, instance_id)]
        aws = None
        for layer in (*(only_asked_for(each, SECTIONS, *own) for each in shared), *own):
            aws = overlay(aws, layer)
        whole = overlay(only_asked_for(self.defaults, ("repo",), self.project), self.project) or self.project
        entries = {key: node for key, node in whole.entries.items() if key not in ("aws", ALTERNATIVES)}
        return Mapping({**entries, **({"aws": aws} if aws else {})}, self.project.origin)

    def alternatives(self) -> list[str]:
        """Instance ids that the project or its file's defaults have an alternative for."""
        found: dict[str, None] = {}
        for layer in (self.project, self.defaults):
            section = _section(layer, ALTERNATIVES)
            found.update(dict.fromkeys(section.entries if section else ()))
        return list(found)


class Projects:
    """All known projects, in the order of their files."""

    def __init__(self, layers: dict[str, Layers]) -> None:
        self._layers = layers

    def __iter__(self) -> Iterator[str]:
        return iter(self._layers)

    def __len__(self) -> int:
        return len(self._layers)

    def project(self, name: str, instance_id: str) -> Project:
        """The project as it is for that instance id. UsageError where either of the two is wrong."""
        layers = self.layers(name)
        names.check_instance_id(name, instance_id, self)
        reader = Reader(Mistakes())
        project = _project(layers, instance_id, reader)
        reader.mistakes.raise_if_any()
        assert project is not None  # what is read without a mistake is a project
        _ = project.names  # raises where a name gets too long with this instance id
        return project

    def sample(self, name: str) -> Project:
        """The project without any instance's alternative: for lists of projects."""
        project = _project(self.layers(name), "", Reader(Mistakes()))
        assert project is not None  # load() has read it before without a mistake
        return project

    def layers(self, name: str) -> Layers:
        """Everything written about a project. UsageError where there is none of that name."""
        self._known(name)
        return self._layers[name]

    def project_of_stack(self, stack: str) -> str:
        """The project that a stack is of: the longest known one that its name starts with, else UsageError."""
        owner = names.project_of_stack(stack, self)
        if owner is None:
            raise UsageError(f"{stack} is no stack of a known project", "./bldr project_list lists them")
        return owner

    def instance_of_stack(self, stack: str) -> tuple[str, str]:
        """Project and instance id that a stack's name is made of: `('elife-bot-large', 'ct')`."""
        owner = self.project_of_stack(stack)
        return owner, stack.removeprefix(f"{owner}-")

    def _known(self, name: str) -> bool:
        if name in self._layers:
            return True
        from difflib import get_close_matches

        near = get_close_matches(name, self, n=1)
        hint = f"did you mean {near[0]}? " if near else ""
        raise UsageError(f"there is no project {name!r}", f"{hint}./bldr project_list lists them")


def settings_file() -> Path:
    """The settings file: `BLDR_SETTINGS`, else settings.yaml of this checkout."""
    return Path(os.environ.get("BLDR_SETTINGS") or SETTINGS)


def load(settings: Path | None = None) -> Projects:
    """The projects of all files that the settings file names. Raises UsageError with every mistake in all of them,
    each as `file:line: key: what is wrong, what to do`."""
    mistakes = Mistakes()
    layers: dict[str, Layers] = {}
    for path in _project_files(settings or settings_file(), mistakes):
        for found in _file(path, mistakes):
            first = layers.setdefault(found.name, found).project.origin
            if first != found.project.origin:
                mistakes.add(found.project.origin, f"is a project in {first} already: rename or remove one of the two")
    reader = Reader(mistakes)
    read_so_far: list[tuple[Layers, Project]] = []
    for found in layers.values():
        for instance_id in ("", *found.alternatives()):
            project = _project(found, instance_id, reader)
            if project:
                read_so_far.append((found, project))
    _same_hosts(layers, mistakes)
    _unknown_secrets(read_so_far, mistakes)
    mistakes.raise_if_any()
    return Projects(layers)


def _project(layers: Layers, instance_id: str, reader: Reader) -> Project | None:
    merged = layers.merged(instance_id)
    keys = reader.read(merged, Keys)
    written = merged.entries.get("aws", Mapping({}, merged.origin))
    aws = keys.aws if keys else reader.read(written, Aws)
    for place, what in contradictions(aws) if aws else ():
        reader.mistakes.add(find(merged, ["aws", *place]).origin, what)
    repo = merged.entries.get("repo")
    if isinstance(repo, Mapping) and not repo.entries.keys() & {"path", "url"}:
        reader.mistakes.add(repo.origin, "needs `path` (a folder of this repository) or `url` (another one)")
    if keys is None:
        return None
    return Project(
        name=layers.name, instance_id=instance_id, **{each.name: getattr(keys, each.name) for each in fields(keys)}
    )


def _same_hosts(layers: MappingOf[str, Layers], mistakes: Mistakes) -> None:
    """Two projects under one subdomain would fight for the same host names."""
    taken: dict[tuple[str, str], Node] = {}
    for found in layers.values():
        merged = found.merged("").entries
        subdomain, domain = merged.get("subdomain"), merged.get("domain")
        if isinstance(subdomain, Scalar):
            where = (subdomain.text, domain.text if isinstance(domain, Scalar) else "")
            first = taken.setdefault(where, subdomain)
            if first is not subdomain:
                mistakes.add(subdomain.origin, f"{subdomain.text} is taken by {first.origin.key}: choose another")


def _unknown_secrets(found: list[tuple[Layers, Project]], mistakes: Mistakes) -> None:
    """What a project may read of others must be made by them."""
    made = {f"{project.name}/{name}" for _, project in found for name in project.aws.secrets}
    for layers, project in found:
        for index, secret in enumerate(project.aws.access.secrets):
            if secret not in made:
                node = find(layers.merged(project.instance_id), ["aws", "access", "secrets", str(index)])
                mistakes.add(node.origin, f"no project makes {secret}: add it under its `secrets`, or leave it out")


def _project_files(settings: Path, mistakes: Mistakes) -> list[Path]:
    known = "project-files"
    content = read(settings, _shown(settings), mistakes)
    if content is None:
        return []
    for key, node in content.entries.items():
        if key != known:
            mistakes.add(node.origin, f"there is no such setting: the only one is {known}, a list of files")
    files = content.entries.get(known)
    if not isinstance(files, Sequence) or not files.items:
        where = files.origin if files else content.origin
        mistakes.add(where, f"must name the project files, such as {known}: [projects/elife.yaml]")
        return []
    return [settings.parent / str(Reader(mistakes).read(node, str) or "") for node in files.items]


def _file(path: Path, mistakes: Mistakes) -> Iterator[Layers]:
    content = read(path, _shown(path), mistakes)
    if content is None:
        return
    defaults = _checked_layer(content.entries.get(DEFAULTS), mistakes)
    if not content.entries.keys() - {DEFAULTS}:
        mistakes.add(content.origin, "has no project in it: add one beside `defaults`")
    for name, node in content.entries.items():
        if name != DEFAULTS:
            Reader(mistakes).read(Scalar(name, "str", node.origin), ProjectName)
            layer = _checked_layer(node, mistakes)
            if layer is not None:
                yield Layers(name, defaults, layer)


def _checked_layer(node: Node | None, mistakes: Mistakes) -> Mapping | None:
    """A layer, its short forms spelt out, checked as far as it can be by itself: its keys and their types."""
    if node is None or not isinstance(node, Mapping):
        if node is not None:
            mistakes.add(node.origin, "must hold keys with values")
        return None
    alternatives = node.entries.get(ALTERNATIVES)
    plain = Mapping({key: each for key, each in node.entries.items() if key != ALTERNATIVES}, node.origin)
    Reader(mistakes, partial=True).read(plain, Keys)
    entries = spelt_out(plain, Keys).entries
    if alternatives is None:
        return Mapping(entries, node.origin)
    return Mapping({**entries, ALTERNATIVES: _checked_alternatives(alternatives, mistakes)}, node.origin)


def _checked_alternatives(node: Node, mistakes: Mistakes) -> Mapping:
    checked: dict[str, Node] = {}
    if not isinstance(node, Mapping):
        mistakes.add(node.origin, "must hold instance ids, each with what differs from `aws` there")
        return Mapping(checked, node.origin)
    for instance_id, each in node.entries.items():
        Reader(mistakes, partial=True).read(each, Aws)
        if not names.is_instance_id(instance_id):
            mistakes.add(each.origin, f"{instance_id!r} is no instance id: {names.INSTANCE_ID_RULE}")
        elif isinstance(each, Mapping):
            checked[instance_id] = spelt_out(each, Aws)
    return Mapping(checked, node.origin)


def _section(layer: Mapping | None, key: str) -> Mapping | None:
    node = layer.entries.get(key) if layer else None
    return node if isinstance(node, Mapping) else None


def _alternative(layer: Mapping | None, instance_id: str) -> Mapping | None:
    return _section(_section(layer, ALTERNATIVES), instance_id)


def _shown(path: Path) -> str:
    """A path as the user would write it: relative to where he stands, if it is below."""
    absolute, here = Path(os.path.abspath(path)), Path.cwd()  # noqa: PTH100 - Path.resolve would follow links
    return str(absolute.relative_to(here)) if absolute.is_relative_to(here) else str(absolute)
