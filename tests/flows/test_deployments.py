"""prefect.yaml, the deployments made by `baton serve` and the flows themselves say the same."""

from __future__ import annotations

import importlib
import inspect
from pathlib import Path

import pytest
import yaml
from prefect.workers.base import BaseWorker

from flows import deployments
from flows.deployments import ALL, Deployment
from flows.worker import FLOWS, BatonWorker

ROOT = Path(__file__).resolve().parent.parent.parent


def test_prefect_yaml_describes_the_same_deployments() -> None:
    described = yaml.safe_load((ROOT / "prefect.yaml").read_text())["deployments"]
    assert [(each["entrypoint"], each["description"]) for each in described] == [
        (each.entrypoint, each.description) for each in ALL
    ]
    for each in described:
        assert each["name"] == deployments.DEPLOYMENT
        assert each["work_pool"]["name"] == deployments.POOL


@pytest.mark.parametrize("deployment", ALL, ids=lambda each: each.flow)
def test_every_entrypoint_is_the_flow_it_says(deployment: Deployment) -> None:
    path, name = deployment.entrypoint.split(":")
    flow = getattr(importlib.import_module(path.removesuffix(".py").replace("/", ".")), name)
    assert flow.name == deployment.flow
    assert FLOWS[deployment.entrypoint] is flow
    assert tuple(inspect.signature(flow.fn).parameters) == deployment.parameters
    assert tuple(deployment.schema["properties"]) == deployment.parameters


def test_prefect_knows_the_worker_type() -> None:
    assert BaseWorker.get_worker_class_from_type("baton") is BatonWorker
