"""What goes in and comes out, for the OpenAPI page: the shapes, with examples. The router itself checks what comes in."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

REVIEW: dict[str, Any] = {
    "id": "7",
    "pros": "Красивый, лёгкий",
    "cons": "Курьер опоздал на два дня и не позвонил",
    "comment": "",
    "rating": 2,
    "channel": "app",
}
SCORE: dict[str, Any] = {
    "code": "delivery-late",
    "title": "Опоздание доставки",
    "probability": 0.9731,
    "owner": "logistics",
    "evidence": [["cons", 0, 24]],
}
DECISION: dict[str, Any] = {
    "id": "7",
    "kind": "complaint",
    "types": [SCORE],
    "action": "auto",
    "owner": "logistics",
    "reason": "top type at 0.97, automatic from 0.85",
    "alternatives": [SCORE | {"evidence": []}],
    "novelty": 0.0312,
}
MODEL: dict[str, Any] = {
    "bundle_sha256": "9f2c8a0b" * 8,
    "golden": 200,
    "types": 50,
    "name": "delivery",
    "taxonomy": {"name": "marketplace-ru", "version": "1.2.0", "sha256": "4d7e11c0" * 8},
    "versions": {"reviewmine": "0.1.0"},
    "metrics": {"micro_f1": 0.694},
}
Cell = str | float | None


class Review(BaseModel):
    """A review: its text in any of five fields, and the side features that the bundle was trained with."""

    model_config = ConfigDict(extra="allow", json_schema_extra={"examples": [REVIEW]})

    id: Cell = None
    pros: Cell = None
    cons: Cell = None
    comment: Cell = None
    title: Cell = None
    text: Cell = None


class TypeScore(BaseModel):
    """A type with its calibrated probability and the spans that spoke for it: field, start, end."""

    code: str
    title: str
    probability: float = Field(ge=0, le=1)
    owner: str
    evidence: list[tuple[str, int, int]]


class Decision(BaseModel):
    """The answer for one review; ``types`` starts with the most probable type and is never empty."""

    model_config = ConfigDict(json_schema_extra={"examples": [DECISION]})

    id: str
    kind: str
    types: list[TypeScore] = Field(min_length=1)
    action: Literal["auto", "suggest", "human"]
    owner: str
    reason: str
    alternatives: list[TypeScore]
    novelty: float = Field(ge=0, le=1)


class Model(BaseModel):
    """Which bundle answers."""

    model_config = ConfigDict(json_schema_extra={"examples": [MODEL]})

    bundle_sha256: str
    golden: int
    types: int
    name: str | None
    taxonomy: dict[str, Any] | None
    versions: dict[str, Any] | None
    metrics: dict[str, Any] | None


class Status(BaseModel):
    """How the service is."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"status": "ok"}]})

    status: str


class Error(BaseModel):
    """Why there is no answer, and what to do, in one line."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"error": "review 7: text is dict, expected a text; send text"}]}
    )

    error: str


ERRORS = {
    400: "The body is not JSON",
    401: "No valid key",
    408: "The request took too long",
    413: "The body is too large",
    415: "The body is not declared as JSON",
    422: "A review that is not one",
    503: "No bundle yet, too many requests at once, or not done in time",
}


def body(schema: dict[str, Any], example: Any) -> dict[str, Any]:
    """Return the part of the OpenAPI page that describes the body of a request."""
    content = {"application/json": {"schema": schema, "examples": {"отзыв": {"value": example}}}}
    return {"requestBody": {"required": True, "content": content}}


ONE: dict[str, Any] = {"anyOf": [{"type": "string"}, Review.model_json_schema()]}


def many(most: int) -> dict[str, Any]:
    """Return the schema of a batch of up to ``most`` reviews."""
    return {"type": "array", "items": ONE, "maxItems": most}


def errors(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return the errors for the OpenAPI page."""
    return {status: {"model": Error, "description": ERRORS[status]} for status in statuses}
