"""Building blocks of request and answer models: strict, frozen, unknown fields refused."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from pydantic._internal._model_construction import ModelMetaclass  # it has no public name

from poscore.money import MAX_CENTS


class _Absent:
    """An attribute that is not there. No data descriptor, so that a class may have one of that name."""

    def __get__(self, instance: object, owner: type | None = None) -> Any:
        raise AttributeError("register")


class _Named(ModelMetaclass):
    """A class of models in which `register` is free: it is one of our words, and a method of every abstract class.

    Without this pydantic takes that method for the default of a field called `register`.
    """

    register = _Absent()


class Model(BaseModel, metaclass=_Named):
    """Base of every request body, query and answer.

    A model's validator is made when it is first needed: those of a register take a tenth of its start, and most
    describe answers, which nothing validates.
    """

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, defer_build=True)


def _whole(value: Any) -> Any:
    """JSON knows no integers: 674.0 is 674 to a schema, so it is to us."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


# BeforeValidator must come last: in the other order the schema silently loses its minimum.
Whole = Annotated[int, Field(ge=0, le=MAX_CENTS), BeforeValidator(_whole)]
Positive = Annotated[int, Field(ge=1, le=MAX_CENTS), BeforeValidator(_whole)]
Text = Annotated[str, Field(max_length=200)]
NonEmpty = Annotated[str, Field(min_length=1, max_length=200)]
DecimalText = Annotated[str, Field(pattern=r"^-?[0-9]{1,7}([.,][0-9]{1,3})?$")]


class FieldError(Model):
    pointer: str
    message: str


class Problem(BaseModel):
    """RFC 9457, with our stable `code` and a hint for the technician. Some codes add members."""

    model_config = ConfigDict(extra="allow", defer_build=True)
    type: str
    title: str
    status: int
    detail: str
    code: str
    hint: str | None = None
    errors: list[FieldError] | None = None
