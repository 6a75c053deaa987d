"""The components of instances on this machine, through their drivers.

Each component of each instance has one directory of its own, named so that two never
collide; the record in it lets the component be stopped and removed by an agent that
knows nothing else any more.
"""

from __future__ import annotations

import asyncio
import json
import logging
import shutil
from collections.abc import Awaitable, Iterator
from pathlib import Path
from typing import TypeVar

from agent import failpoints, files
from agent.drivers.base import BaseDriver, Labels, Observation, Work
from agent.failures import WorkError, from_exception
from agent.registry import Registry
from agent.secrets import Secrets, mentioned
from agent.wire import MAX_LOG_TAIL, Component, Content, WireError, Workload

log = logging.getLogger(__name__)

T = TypeVar("T")

_STAGE_SECONDS = 1800.0
_APPLY_SECONDS = 900.0
_OBSERVE_SECONDS = 10.0
_RECORD = "component.json"


class Components:
    """What the drivers do, with limits in time and every error in one shape."""

    def __init__(
        self,
        root: Path,
        registry: Registry,
        secrets: Secrets = Secrets(),  # noqa: B008 - opens none
    ) -> None:
        """Keep everything below ``root``; ``secrets`` opens what contents refer to."""
        self._root = root
        self._registry = registry
        self._secrets = secrets

    def works(self, order: Workload, content: Content) -> list[Work]:
        """Return the work of each component, in the order of the specification.

        Raises ``WorkError`` when a secret is missing or cannot be opened.
        """
        opened = self._secrets.opened(order, content)
        labels = Labels(order.instance_name, order.target, order.solution, order.revision or "")
        return [
            Work(
                component,
                opened.configuration,
                self._place(order.instance, component),
                labels,
                recorded=written,
                private=opened is not content,
            )
            for component, written in zip(opened.components, content.components, strict=True)
        ]

    def validate(self, works: list[Work]) -> None:
        """Check every component before anything is touched; raises ``WorkError``."""
        names = [work.component.name for work in works]
        for work in works:
            name = work.component.name
            if names.count(name) > 1:
                raise WorkError(
                    "validation", "duplicate-name", "is there more than once", component=name
                )
            self._refuse_shown_secrets(work)
            problems = self._driver(work.component).validate(work.component)
            if problems:
                text = "; ".join(f"{p.element or 'properties'} {p.message}" for p in problems)
                raise WorkError(
                    "validation",
                    problems[0].code,
                    text,
                    component=name,
                    element=problems[0].element or None,
                )

    async def stage(self, work: Work) -> None:
        """Prepare one component; raises ``WorkError``."""
        await self._guard(work, self._driver(work.component).stage(work), _STAGE_SECONDS)

    async def apply(self, work: Work) -> None:
        """Make one component run; raises ``WorkError``."""
        await self._guard(work, self._apply(work), _APPLY_SECONDS)

    async def observe(self, work: Work) -> Observation:
        """Look at one component; raises ``WorkError``."""
        return await self._guard(work, self._driver(work.component).observe(work), _OBSERVE_SECONDS)

    async def stop(self, instance: int) -> None:
        """Stop everything of an instance and keep its files; raises ``WorkError``."""
        for work in self.recorded(instance):
            await self._guard(work, self._driver(work.component).stop(work), _APPLY_SECONDS)

    async def remove(self, work: Work) -> None:
        """Stop and forget one component; raises ``WorkError``."""
        await self._guard(work, self._driver(work.component).remove(work), _APPLY_SECONDS)
        await self._guard(work, asyncio.to_thread(shutil.rmtree, work.directory), _APPLY_SECONDS)

    async def log_tail(self, work: Work) -> str:
        """Return the end of what a component said; nothing when even that fails."""
        try:
            text = await self._driver(work.component).logs(work, MAX_LOG_TAIL)
            return self._secrets.mask(text)
        except Exception as error:  # noqa: BLE001 - a log that cannot be read hides no failure
            log.warning("no log of %s: %s", work.component.name, error)
            return ""

    def recorded(self, instance: int) -> list[Work]:
        """Return what the disk says there is of an instance."""
        return list(self._read_records(self._root / str(instance)))

    def leftovers(self, instance: int, works: list[Work]) -> list[Work]:
        """Return recorded components that a revision no longer has."""
        wanted = {work.directory for work in works}
        return [work for work in self.recorded(instance) if work.directory not in wanted]

    def forget(self, instance: int) -> None:
        """Delete what is left of an instance whose components are gone."""
        shutil.rmtree(self._root / str(instance), ignore_errors=True)

    async def _apply(self, work: Work) -> None:
        component = work.recorded or work.component
        record = {"component": component.to_json(), "labels": vars(work.labels)}
        files.write_atomic(work.directory / _RECORD, json.dumps(record).encode())
        failpoints.reach(failpoints.COMPONENT_RECORDED)
        await self._driver(work.component).apply(work)

    def _read_records(self, directory: Path) -> Iterator[Work]:
        for path in sorted(directory.glob(f"*/{_RECORD}")):
            try:
                record = json.loads(path.read_bytes())
                component = Component.from_json(record["component"])
                yield Work(component, {}, path.parent, Labels(**record["labels"]))
            except (OSError, ValueError, KeyError, TypeError, WireError) as error:
                log.warning("%s cannot be read: %s", path, error)

    def _refuse_shown_secrets(self, work: Work) -> None:
        component = work.recorded or work.component
        for name in sorted(self._driver(component).visible & component.properties.keys()):
            if mentioned(component.properties[name]):
                text = f"{name} can be seen by others on this machine and must hold no secret"
                raise WorkError(
                    "validation", "secret-shown", text, component=component.name, element=name
                )

    def _place(self, instance: int, component: Component) -> Path:
        # The type is part of the name: a component that changes its kind is another one,
        # and the old kind's driver cleans up after itself.
        return self._root / str(instance) / files.safe_name(f"{component.name} {component.type}")

    def _driver(self, component: Component) -> BaseDriver:
        driver = self._registry.get(component.type)
        if driver is None:
            known = ", ".join(sorted(self._registry))
            raise WorkError(
                "validation",
                "unknown-type",
                f"no driver for {component.type!r} here, only for {known}",
                component=component.name,
                element="type",
            )
        return driver

    async def _guard(self, work: Work, doing: Awaitable[T], seconds: float) -> T:
        try:
            async with asyncio.timeout(seconds):
                return await doing
        except Exception as error:
            trouble = from_exception(error, work.component.name)
            if trouble.category == "internal":
                log.exception("driver %s failed", work.component.type)
            trouble.log_tail = trouble.log_tail or await self.log_tail(work)
            raise trouble from error
