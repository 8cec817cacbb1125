"""Knative's rules for autoscaling annotations on a revision template.

Called by admission_service.py. Source: knative/serving 1.23, pkg/apis/autoscaling/annotation_validation.go.
"""

import re
from typing import Any

PREFIX = "autoscaling.knative.dev/"
KPA = "kpa.autoscaling.knative.dev"
HPA = "hpa.autoscaling.knative.dev"
UNITS = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001}

# Annotation: lowest and highest value, whole numbers only.
WHOLE = {
    "min-scale": (0, 2**31 - 1),
    "max-scale": (0, 2**31 - 1),
    "initial-scale": (1, 2**31 - 1),  # 0 needs allow-zero-initial-scale in the cluster
    "activation-scale": (2, 2**31 - 1),
}
DECIMAL = {
    "target": (0.01, float("inf")),
    "target-utilization-percentage": (1, 100),
    "panic-window-percentage": (1, 100),
    "panic-threshold-percentage": (110, 1000),
    "target-burst-capacity": (-1, float("inf")),
}
DURATION_SECONDS = {
    "window": (6, 3600),
    "scale-down-delay": (0, 3600),
    "scale-to-zero-pod-retention-period": (0, 3600),
}


def scale_refusals(annotations: dict[str, Any]) -> list[str]:
    """Return what is wrong with the autoscaling annotations of a revision template."""
    own = {key.removeprefix(PREFIX): value for key, value in annotations.items() if key.startswith(PREFIX)}
    found = [f"{PREFIX}{key}: {value!r} is not a string" for key, value in own.items() if not isinstance(value, str)]
    if found:
        return found
    for key, value in own.items():
        if key in WHOLE or key in DECIMAL:
            found.extend(_number(key, value))
        elif key in DURATION_SECONDS:
            found.extend(_duration(key, value))
    return found or [*_bounds(own), *_class_and_metric(own)]


def _number(key: str, value: str) -> list[str]:
    low, high = WHOLE.get(key) or DECIMAL[key]
    try:
        number = int(value) if key in WHOLE else float(value)
    except ValueError:
        return [f"{PREFIX}{key}: {value} is not a number"]
    return [] if low <= number <= high else [f"{PREFIX}{key}: expected {low} <= {value} <= {high}"]


def _duration(key: str, value: str) -> list[str]:
    seconds = go_seconds(value)
    low, high = DURATION_SECONDS[key]
    if seconds is None or seconds != int(seconds):
        return [f"{PREFIX}{key}: {value} is not a duration in whole seconds"]
    return [] if low <= seconds <= high else [f"{PREFIX}{key}: expected {low}s <= {value} <= {high}s"]


def go_seconds(text: str) -> float | None:
    """Return the seconds of a Go duration such as 1m30s, or None where Go would refuse it."""
    parts = re.findall(r"(\d+(?:\.\d+)?)(ms|[hms])", text)
    if not parts or "".join(number + unit for number, unit in parts) != text:
        return None
    return sum(float(number) * UNITS[unit] for number, unit in parts)


def _bounds(own: dict[str, str]) -> list[str]:
    low, high = int(own.get("min-scale", "0")), int(own.get("max-scale", "0"))
    found = []
    if high and low > high:
        found.append(f"max-scale={high} is less than min-scale={low}")
    activation = int(own.get("activation-scale", "0"))
    if activation and (activation < low or (high and activation > high)):
        found.append(f"activation-scale={activation} is not between min-scale and max-scale")
    return found


def _class_and_metric(own: dict[str, str]) -> list[str]:
    autoscaler = own.get("class", KPA)
    if autoscaler.endswith(".knative.dev") and autoscaler not in {KPA, HPA}:
        return [f"class: {autoscaler} is not an autoscaler of Knative"]
    metric = own.get("metric")
    if autoscaler == KPA and metric is not None and metric not in {"concurrency", "rps"}:
        return [f"metric: {metric} is not known to the Knative autoscaler"]
    return []
