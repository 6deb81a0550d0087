"""The software bill of materials of a released model, as CycloneDX 1.6 in JSON.

It is made from the lock alone, so that it lists the packages that the release installs, not those installed here.
The same lock, wheels and version give the same bytes. The format: <https://cyclonedx.org/docs/1.6/json/>.
"""

import hashlib
import json
import re
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from ringside.registry.models import ReleaseMetadata
from ringside.registry.wheel import Wheel

_PIN = re.compile(
    r"^(?P<name>[A-Za-z0-9][A-Za-z0-9._-]*)==(?P<version>[^\s;\\]+)(?:\s*;\s*(?P<marker>[^\\]*?))?\s*\\?$"
)
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")


@dataclass(frozen=True)
class Pin:
    """One pinned package of a lock."""

    name: str
    version: str
    marker: str | None
    """Environment marker in the lock; None if there is none."""
    hashes: tuple[str, ...]
    """SHA-256 of each file that may be installed."""

    @property
    def purl(self) -> str:
        """Package URL, with the normalized name of the Python index."""
        return f"pkg:pypi/{re.sub(r'[-_.]+', '-', self.name).lower()}@{self.version}"


def read_lock(text: str) -> list[Pin]:
    """Parse the packages of a lock with hashes, in its order."""
    pins: list[Pin] = []
    for line in text.splitlines():
        if match := _PIN.match(line):
            pins.append(Pin(match["name"], match["version"], match["marker"] or None, ()))
        elif pins and not line.lstrip().startswith("#"):
            last = pins[-1]
            pins[-1] = Pin(last.name, last.version, last.marker, (*last.hashes, *_HASH.findall(line)))
    return pins


def bill(lock: str, metadata: ReleaseMetadata, wheels: Iterable[Wheel]) -> dict[str, Any]:
    """Return the bill of materials of a version.

    Args:
        lock: the text of `model.txt`.
        metadata: the metadata of the version.
        wheels: the wheels of the release.
    """
    pins = read_lock(lock)
    root = f"{metadata.task}@{metadata.version}"
    digests = {"model.skops": metadata.model, **{w.name: hashlib.sha256(w.content).hexdigest() for w in wheels}}
    contents = [{"type": "file", "name": name, "hashes": [_hash(digest)]} for name, digest in digests.items()]
    whole: dict[str, Any] = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "timestamp": metadata.published.isoformat().replace("+00:00", "Z"),
            "component": {
                "type": "application",
                "bom-ref": root,
                "name": metadata.task,
                "version": metadata.version,
                "components": contents,
            },
        },
        "components": [_component(pin) for pin in pins],
        "dependencies": [{"ref": root, "dependsOn": list(dict.fromkeys(pin.purl for pin in pins))}],
    }
    serial = uuid.uuid5(uuid.NAMESPACE_OID, json.dumps(whole, sort_keys=True))
    return {"serialNumber": f"urn:uuid:{serial}"} | whole


def _component(pin: Pin) -> dict[str, Any]:
    component: dict[str, Any] = {
        "type": "library",
        "bom-ref": pin.purl,
        "name": pin.name,
        "version": pin.version,
        "purl": pin.purl,
        "hashes": [_hash(digest) for digest in pin.hashes],
    }
    if pin.marker:
        component["properties"] = [{"name": "ringside:marker", "value": pin.marker}]
    return component


def _hash(digest: str) -> dict[str, str]:
    return {"alg": "SHA-256", "content": digest}
