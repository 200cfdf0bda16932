"""What a rendered deployment must hold; every rule names where it is broken."""

import copy
import re
from collections.abc import Callable, Iterator
from typing import Any

Doc = dict[str, Any]
SECRET_WORDS = re.compile(r"PASSWORD|SECRET|TOKEN|DATABASE|CREDENTIAL|_KEY$")
PINNED = re.compile(r":[0-9][\w.-]*$")
BUILT_IN = re.compile(r"^(v1|apps/v1|batch/v1|policy/v1|networking\.k8s\.io/v1)$")
OPERATED = {
    "kafka.strimzi.io/v1": {"Kafka", "KafkaNodePool", "KafkaTopic", "KafkaUser"},
    "postgresql.cnpg.io/v1": {"Cluster", "Database", "ScheduledBackup"},
    "barmancloud.cnpg.io/v1": {"ObjectStore"},
}


def faults(documents: list[Doc]) -> list[str]:
    """Everything that is not as it must be, a line each; none in a deployment that is in order."""
    rules: tuple[Callable[[list[Doc]], Iterator[str]], ...] = (
        _kinds_are_known,
        _pods_are_restricted,
        _containers_are_closed,
        _images_are_pinned,
        _resources_are_set,
        _deployments_answer_for_their_health,
        _deployments_have_a_budget,
        _secrets_come_by_reference,
        _what_is_referred_to_exists,
        _nobody_speaks_unless_named,
        _the_namespace_refuses_open_pods,
    )
    return [line for rule in rules for line in rule(documents)]


def of_kind(documents: list[Doc], *kinds: str) -> list[Doc]:
    """The documents of some kinds."""
    return [each for each in documents if each["kind"] in kinds]


def name_of(document: Doc) -> str:
    """Kind and name, as a reader looks for it."""
    return f"{document['kind']}/{document['metadata']['name']}"


def _pods(documents: list[Doc]) -> Iterator[tuple[str, Doc]]:
    for each in of_kind(documents, "Deployment", "StatefulSet", "Job"):
        yield name_of(each), each["spec"]["template"]["spec"]


def _containers(documents: list[Doc]) -> Iterator[tuple[str, Doc]]:
    for name, pod in _pods(documents):
        for container in (*pod.get("initContainers", ()), *pod["containers"]):
            yield f"{name}/{container['name']}", container


def _kinds_are_known(documents: list[Doc]) -> Iterator[str]:
    for each in documents:
        version, kind = each["apiVersion"], each["kind"]
        if not BUILT_IN.match(version) and kind not in OPERATED.get(version, ()):
            yield f"{name_of(each)}: nobody here knows {version} {kind}"


def _pods_are_restricted(documents: list[Doc]) -> Iterator[str]:
    for name, pod in _pods(documents):
        context = pod.get("securityContext", {})
        if context.get("runAsNonRoot") is not True or not context.get("runAsUser"):
            yield f"{name}: may run as root"
        if context.get("seccompProfile", {}).get("type") != "RuntimeDefault":
            yield f"{name}: no seccomp profile"
        if pod.get("automountServiceAccountToken") is not False:
            yield f"{name}: carries a token of the cluster"
        if any(pod.get(each) for each in ("hostNetwork", "hostPID", "hostIPC")):
            yield f"{name}: shares the node's own space"
        if any("hostPath" in volume for volume in pod.get("volumes", ())):
            yield f"{name}: mounts a path of the node"


def _containers_are_closed(documents: list[Doc]) -> Iterator[str]:
    for name, container in _containers(documents):
        context = container.get("securityContext", {})
        if context.get("allowPrivilegeEscalation") is not False or context.get("privileged"):
            yield f"{name}: may gain privileges"
        if context.get("readOnlyRootFilesystem") is not True:
            yield f"{name}: writes into its image"
        if context.get("capabilities", {}).get("drop") != ["ALL"] or context["capabilities"].get("add"):
            yield f"{name}: keeps capabilities"


def _images_are_pinned(documents: list[Doc]) -> Iterator[str]:
    images = [(name, each["image"]) for name, each in _containers(documents)]
    images += [(name_of(each), each["spec"]["imageName"]) for each in of_kind(documents, "Cluster")]
    yield from (f"{name}: {image} is not pinned" for name, image in images if not PINNED.search(image))


def _resources_are_set(documents: list[Doc]) -> Iterator[str]:
    stated = [(name, each.get("resources", {})) for name, each in _containers(documents)]
    stated += [(name_of(each), each["spec"].get("resources", {})) for each in of_kind(documents, "Cluster")]
    stated += [(name_of(each), each["spec"].get("resources", {})) for each in of_kind(documents, "KafkaNodePool")]
    for name, resources in stated:
        if not {"cpu", "memory"} <= set(resources.get("requests", {})) or "memory" not in resources.get("limits", {}):
            yield f"{name}: does not say what it needs"


def _deployments_answer_for_their_health(documents: list[Doc]) -> Iterator[str]:
    for each in of_kind(documents, "Deployment", "StatefulSet"):
        for container in each["spec"]["template"]["spec"]["containers"]:
            for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
                if probe not in container:
                    yield f"{name_of(each)}: no {probe}"


def _deployments_have_a_budget(documents: list[Doc]) -> Iterator[str]:
    budgets = [each["spec"]["selector"]["matchLabels"] for each in of_kind(documents, "PodDisruptionBudget")]
    for each in of_kind(documents, "Deployment", "StatefulSet"):
        labels = each["spec"]["template"]["metadata"]["labels"].items()
        if not any(budget and budget.items() <= labels for budget in budgets):
            yield f"{name_of(each)}: no PodDisruptionBudget"


def _secrets_come_by_reference(documents: list[Doc]) -> Iterator[str]:
    yield from (f"{name_of(each)}: a secret in the manifests" for each in of_kind(documents, "Secret"))
    for name, container in _containers(documents):
        for variable in container.get("env", ()):
            if SECRET_WORDS.search(variable["name"]) and "value" in variable:
                yield f"{name}: {variable['name']} stands in the open"
    for each in of_kind(documents, "ConfigMap"):
        for key, value in each.get("data", {}).items():
            if SECRET_WORDS.search(key) or re.search(r"://[^/\s]*:[^/\s]*@", value):
                yield f"{name_of(each)}: {key} stands in the open"


def _what_is_referred_to_exists(documents: list[Doc]) -> Iterator[str]:
    known = {each["metadata"]["name"] for each in of_kind(documents, "ConfigMap")}
    for name, pod in _pods(documents):
        wanted = [volume["configMap"]["name"] for volume in pod.get("volumes", ()) if "configMap" in volume]
        for container in pod["containers"]:
            wanted += [each["configMapRef"]["name"] for each in container.get("envFrom", ()) if "configMapRef" in each]
        yield from (f"{name}: there is no ConfigMap {each}" for each in wanted if each not in known)


def _nobody_speaks_unless_named(documents: list[Doc]) -> Iterator[str]:
    policies = [each["spec"] for each in of_kind(documents, "NetworkPolicy")]
    closed = {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    if closed not in policies:
        yield "NetworkPolicy: nothing is denied by default"
    for each in of_kind(documents, "NetworkPolicy"):
        if any(not rule.get("from") for rule in each["spec"].get("ingress", ())):
            yield f"{name_of(each)}: anybody may come in"
        if any(not rule for rule in each["spec"].get("egress", ())):
            yield f"{name_of(each)}: may reach anything"


def _the_namespace_refuses_open_pods(documents: list[Doc]) -> Iterator[str]:
    for each in of_kind(documents, "Namespace"):
        if each["metadata"].get("labels", {}).get("pod-security.kubernetes.io/enforce") != "restricted":
            yield f"{name_of(each)}: admits pods that are not restricted"


def changed(documents: list[Doc], change: Callable[[list[Doc]], object]) -> list[Doc]:
    """A copy with a fault planted in it."""
    planted = copy.deepcopy(documents)
    change(planted)
    return planted
