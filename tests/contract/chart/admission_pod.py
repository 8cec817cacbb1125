"""Knative's field mask for the pod spec of a revision, with every podspec feature flag off.

Called by admission_service.py. Source: knative/serving 1.23, pkg/apis/serving/fieldmask.go and k8s_validation.go.
"""

from typing import Any

POD = {
    "serviceAccountName", "imagePullSecrets", "enableServiceLinks", "automountServiceAccountToken", "containers", "volumes",
}  # fmt: skip
CONTAINER = {
    "name", "args", "command", "env", "envFrom", "image", "imagePullPolicy", "livenessProbe", "readinessProbe", "startupProbe",
    "ports", "resources", "securityContext", "terminationMessagePath", "terminationMessagePolicy", "volumeMounts", "workingDir",
}  # fmt: skip
SECURITY_CONTEXT = {
    "runAsUser", "runAsGroup", "runAsNonRoot", "readOnlyRootFilesystem", "allowPrivilegeEscalation", "capabilities",
    "seccompProfile", "privileged",
}  # fmt: skip
VOLUME = {"name", "secret", "configMap", "projected", "emptyDir"}
MOUNT = {"name", "mountPath", "readOnly", "subPath"}
ENV_SOURCE = {"secretKeyRef", "configMapKeyRef"}
RESERVED_ENV = {"PORT", "K_SERVICE", "K_CONFIGURATION", "K_REVISION"}
RESERVED_PORTS = {8008, 8012, 8013, 8022, 9090, 9091}
PORT_NAMES = {"", "http1", "h2c"}
RESERVED_PATHS = {"/", "/dev", "/dev/log"}


def pod_refusals(spec: dict[str, Any]) -> list[str]:
    """Return the webhook's objections to a revision's pod spec (without the revision's own numbers)."""
    found = _unknown("spec", spec, POD)
    if spec.get("automountServiceAccountToken"):
        found.append("automountServiceAccountToken: only false is allowed")
    containers = spec.get("containers", [])
    if not containers:
        found.append("containers: expected at least one")
    if sum(len(container.get("ports", [])) for container in containers) > 1:
        found.append("containers[*].ports: more than one container port is set")
    for container in containers:
        found.extend(_container(container))
    return found + _volumes(spec.get("volumes", []), containers)


def _unknown(where: str, given: dict[str, Any], allowed: set[str]) -> list[str]:
    return [f"{where}: must not set the field {key}" for key in given if key not in allowed]


def _container(container: dict[str, Any]) -> list[str]:
    found = _unknown("container", container, CONTAINER)
    if not container.get("image"):
        found.append("container.image: missing")
    for variable in container.get("env", []):
        found.extend(_variable(variable))
    for port in container.get("ports", []):
        found.extend(_port(port))
    found.extend(_security_context(container.get("securityContext", {})))
    found.extend(_readiness(container.get("readinessProbe")))
    for mount in container.get("volumeMounts", []):
        found.extend(_unknown("volumeMounts", mount, MOUNT))
        if mount["mountPath"] in RESERVED_PATHS or not mount["mountPath"].startswith("/"):
            found.append(f"volumeMounts: {mount['mountPath']} is reserved or relative")
    return found


def _variable(variable: dict[str, Any]) -> list[str]:
    found = _unknown("env", variable, {"name", "value", "valueFrom"})
    if variable["name"] in RESERVED_ENV:
        found.append(f"env: {variable['name']} is a reserved environment variable")
    return found + _unknown("env.valueFrom", variable.get("valueFrom", {}), ENV_SOURCE)


def _port(port: dict[str, Any]) -> list[str]:
    found = _unknown("ports", port, {"containerPort", "name", "protocol"})
    number = port["containerPort"]
    if number in RESERVED_PORTS:
        found.append(f"ports: {number} is a reserved port")
    if not 0 <= number <= 65535:
        found.append(f"ports: {number} is out of range")
    if port.get("name", "") not in PORT_NAMES:
        found.append(f"ports: name {port['name']} is not allowed")
    return found


def _security_context(context: dict[str, Any]) -> list[str]:
    found = _unknown("securityContext", context, SECURITY_CONTEXT)
    found.extend(_unknown("securityContext.capabilities", context.get("capabilities", {}), {"drop"}))
    if context.get("privileged"):
        found.append("securityContext.privileged: only false is allowed")
    return found


def _readiness(probe: dict[str, Any] | None) -> list[str]:
    """queue-proxy probes without pause while periodSeconds is 0, and then takes no thresholds."""
    if probe is None or probe.get("periodSeconds", 0):
        return []
    return [
        f"readinessProbe.{key}: needs periodSeconds" for key in ("failureThreshold", "timeoutSeconds") if probe.get(key)
    ]


def _volumes(volumes: list[dict[str, Any]], containers: list[dict[str, Any]]) -> list[str]:
    found = []
    names = {volume["name"] for volume in volumes}
    mounted = {mount["name"] for container in containers for mount in container.get("volumeMounts", [])}
    for volume in volumes:
        found.extend(_unknown("volumes", volume, VOLUME))
    found.extend(f"volumes: {name} is not mounted" for name in sorted(names - mounted))
    found.extend(f"volumeMounts: there is no volume {name}" for name in sorted(mounted - names))
    return found
