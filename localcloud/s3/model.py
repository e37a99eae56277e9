"""botocore's description of S3: each action's method, address, shapes."""

from __future__ import annotations

from functools import cache
from typing import Any

from botocore.loaders import Loader
from botocore.model import OperationModel, ServiceModel


@cache
def service() -> ServiceModel:
    return ServiceModel(Loader().load_service_model("s3", "service-2"), "s3")


@cache
def operation(name: str) -> OperationModel:
    return service().operation_model(name)


@cache
def members(shape: Any) -> dict[str, Any]:
    """A structure's members by name: asked for at each request, so kept."""
    return dict(shape.members)


@cache
def input_shape(name: str) -> Any:
    return operation(name).input_shape


@cache
def output_shape(name: str) -> Any:
    return operation(name).output_shape
