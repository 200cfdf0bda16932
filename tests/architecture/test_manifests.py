"""The Kubernetes manifests: rendered, valid, closed, and whole; each rule catches a planted fault."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from chassis.log.topics import MESSAGE_BYTES
from chassis.settings import ROOT, Settings
from contracts.topics import TOPICS
from openrecp.serve import ProcessSettings
from openrecp.services import NAMES
from tests.architecture.manifests import Doc, changed, faults, of_kind

BIN = Path(sys.executable).parent
OVERLAYS = ("small", "national")
ROOMS = (*NAMES, "gateway")


def _rendered(overlay: str) -> str:
    """One overlay as `kubectl kustomize` renders it."""
    asked = [str(BIN / "kubectl"), "kustomize", str(ROOT / "deploy/k8s/overlays" / overlay)]
    return subprocess.run(asked, check=True, capture_output=True, text=True, env={"PATH": os.environ["PATH"]}).stdout


@pytest.fixture(scope="module", params=OVERLAYS)
def manifests(request: pytest.FixtureRequest) -> str:
    return _rendered(request.param)


@pytest.fixture(scope="module")
def documents(manifests: str) -> list[Doc]:
    return list(yaml.safe_load_all(manifests))


@pytest.fixture(scope="module")
def national() -> list[Doc]:
    return list(yaml.safe_load_all(_rendered("national")))


def test_what_kubernetes_knows_is_valid(manifests: str, tmp_path: Path) -> None:
    """The validator only warns of kinds it does not know: those are listed, and nothing else may be unknown."""
    target = tmp_path / "rendered.yaml"
    target.write_text(manifests)
    asked = [str(BIN / "kubernetes-validate"), "--strict", str(target)]
    told = subprocess.run(asked, check=False, capture_output=True, text=True)
    lines = (told.stdout + told.stderr).splitlines()
    unknown = {found[1] for line in lines if (found := re.search(r"find schema for kind (\w+)", line))}
    assert told.returncode == 0, "\n".join(line for line in lines if "passed" not in line)
    operators = {"Kafka", "KafkaNodePool", "KafkaTopic", "KafkaUser"}
    assert unknown <= operators | {"Cluster", "Database", "ScheduledBackup", "ObjectStore"}


def test_the_deployment_is_in_order(documents: list[Doc]) -> None:
    assert faults(documents) == []


def test_every_service_answers_works_and_migrates(documents: list[Doc]) -> None:
    wanted = {f"{name}-{role}" for name in NAMES for role in ("api", "worker")} | {"gateway-api"}
    assert {each["metadata"]["name"] for each in of_kind(documents, "Deployment")} == wanted
    [migrate] = of_kind(documents, "Job")
    assert migrate["spec"]["template"]["spec"]["containers"][0]["image"].startswith("openrecp-all:")
    for each in of_kind(documents, "Deployment"):
        labels = each["spec"]["template"]["metadata"]["labels"]
        image = each["spec"]["template"]["spec"]["containers"][0]["image"]
        assert image.partition(":")[0] == f"openrecp-{labels['app.kubernetes.io/name']}"


def test_only_the_door_holds_the_signing_key(documents: list[Doc]) -> None:
    holders = set()
    for each in of_kind(documents, "Deployment", "Job"):
        secrets = [v["secret"]["secretName"] for v in each["spec"]["template"]["spec"]["volumes"] if "secret" in v]
        if "openrecp-private-key" in secrets:
            holders.add(each["metadata"]["name"])
    assert holders == {"gateway-api"}


def test_a_national_centre_has_a_database_for_every_room(national: list[Doc]) -> None:
    made = {each["spec"]["name"] for each in of_kind(national, "Database")}
    made |= {each["spec"]["bootstrap"]["initdb"]["database"] for each in of_kind(national, "Cluster")}
    assert made == {f"openrecp_{name}" for name in (*ROOMS, "log")}


def test_the_topics_are_those_of_the_manifest(national: list[Doc]) -> None:
    made = {each["metadata"]["name"]: each["spec"] for each in of_kind(national, "KafkaTopic")}
    assert {name: spec["partitions"] for name, spec in made.items()} == {t.name: t.partitions for t in TOPICS.values()}
    assert {spec["config"]["retention.ms"] for spec in made.values()} == {-1}
    assert {spec["config"]["max.message.bytes"] for spec in made.values()} == {MESSAGE_BYTES}
    assert {spec["replicas"] for spec in made.values()} == {3}
    assert json.loads((ROOT / "contracts/topics.json").read_text()).keys()


def test_every_setting_is_one_that_the_program_reads(documents: list[Doc]) -> None:
    known = {
        f"{kind.model_config['env_prefix']}{name}".upper()
        for kind in (Settings, ProcessSettings)
        for name in kind.model_fields
    }
    given = {key for each in of_kind(documents, "ConfigMap") for key in each["data"]}
    for each in of_kind(documents, "Deployment", "Job"):
        variables = each["spec"]["template"]["spec"]["containers"][0]["env"]
        given |= {variable["name"] for variable in variables if variable["name"].startswith("OPENRECP_")}
    assert len(given) > 5
    assert given <= known


def test_a_national_centre_loses_no_role_with_a_node(national: list[Doc]) -> None:
    assert {each["spec"]["replicas"] for each in of_kind(national, "Deployment")} == {2}


def _deployment(documents: list[Doc]) -> Doc:
    return next(each for each in of_kind(documents, "Deployment") if each["metadata"]["name"] == "clients-api")


def _pod(documents: list[Doc]) -> Doc:
    pod: Doc = _deployment(documents)["spec"]["template"]["spec"]
    return pod


def _container(documents: list[Doc]) -> Doc:
    container: Doc = _pod(documents)["containers"][0]
    return container


def _drop(documents: list[Doc], kind: str, name: str) -> None:
    documents[:] = [each for each in documents if (each["kind"], each["metadata"]["name"]) != (kind, name)]


Plant = Callable[[list[Doc]], Any]
PLANTED: dict[str, Plant] = {
    "may run as root": lambda d: _pod(d)["securityContext"].pop("runAsNonRoot"),
    "no seccomp profile": lambda d: _pod(d)["securityContext"].pop("seccompProfile"),
    "carries a token of the cluster": lambda d: _pod(d).pop("automountServiceAccountToken"),
    "shares the node's own space": lambda d: _pod(d).update(hostNetwork=True),
    "mounts a path of the node": lambda d: _pod(d)["volumes"].append({"name": "x", "hostPath": {"path": "/"}}),
    "may gain privileges": lambda d: _container(d)["securityContext"].update(allowPrivilegeEscalation=True),
    "writes into its image": lambda d: _container(d)["securityContext"].pop("readOnlyRootFilesystem"),
    "keeps capabilities": lambda d: _container(d)["securityContext"]["capabilities"].update(add=["NET_RAW"]),
    "is not pinned": lambda d: _container(d).update(image="openrecp-clients:latest"),
    "does not say what it needs": lambda d: _container(d)["resources"].pop("limits"),
    "no readinessProbe": lambda d: _container(d).pop("readinessProbe"),
    "no PodDisruptionBudget": lambda d: _drop(d, "PodDisruptionBudget", "clients-api"),
    "a secret in the manifests": lambda d: d.append({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "x"}}),
    "OPENRECP_DATABASE stands in the open": lambda d: _container(d)["env"].append(
        {"name": "OPENRECP_DATABASE", "value": "postgresql://"}
    ),
    "OPENRECP_KAFKA stands in the open": lambda d: of_kind(d, "ConfigMap")[0]["data"].update(
        OPENRECP_KAFKA="kafka://openrecp:word@events"
    ),
    "there is no ConfigMap": lambda d: _container(d)["envFrom"][0]["configMapRef"].update(name="other"),
    "nothing is denied by default": lambda d: _drop(d, "NetworkPolicy", "nothing"),
    "anybody may come in": lambda d: next(
        each for each in of_kind(d, "NetworkPolicy") if each["metadata"]["name"] == "services"
    )["spec"]["ingress"][0].pop("from"),
    "may reach anything": lambda d: next(
        each for each in of_kind(d, "NetworkPolicy") if each["metadata"]["name"] == "outward"
    )["spec"]["egress"].append({}),
    "admits pods that are not restricted": lambda d: of_kind(d, "Namespace")[0]["metadata"].pop("labels"),
    "nobody here knows": lambda d: _deployment(d).update(apiVersion="extensions/v1beta1"),
}


@pytest.mark.parametrize("words", PLANTED)
def test_a_planted_fault_is_named(national: list[Doc], words: str) -> None:
    found = faults(changed(national, PLANTED[words]))
    assert any(words in line for line in found), found
