"""Finds the drivers: every module of ``agent.drivers`` that holds a class ``Driver``."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping

from agent import drivers
from agent.drivers.base import BaseDriver, Settings

Registry = Mapping[str, BaseDriver]


def load(settings: Settings) -> Registry:
    """Return one driver per component type."""
    modules = (
        importlib.import_module(f"{drivers.__name__}.{found.name}")
        for found in pkgutil.iter_modules(drivers.__path__)
        if found.name != "base"
    )
    loaded: list[BaseDriver] = [module.Driver(settings) for module in modules]
    return {driver.type: driver for driver in loaded}
