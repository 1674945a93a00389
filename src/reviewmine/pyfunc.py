"""The model that MLflow runs: the router over the bundle among its artifacts. Loaded as code, never as a pickle."""

from typing import Any

from mlflow.models import set_model
from mlflow.pyfunc import PythonModel

from reviewmine.router import Router


class RoutingModel(PythonModel):  # type: ignore[misc, unused-ignore]
    """Answers a list of reviews with a list of decisions, one each, in order."""

    def load_context(self, context: Any) -> None:
        """Load the bundle; refused when it does not verify."""
        self.router = Router.load(context.artifacts["bundle"])

    def predict(self, model_input: list[str | dict[str, Any]]):  # noqa: ANN201 MLflow would read nested output as a loose schema and warn at each load
        """Return the decisions; a review is a text, or a mapping with pros, cons, comment, title, text and extras."""
        return [decision.to_json() for decision in self.router.route_many(model_input)]


set_model(RoutingModel())
