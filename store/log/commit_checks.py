"""What a commit must be before any store looks at it."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256

from store.protocol import Commit, StoreError


def check_documents(documents: Mapping[str, bytes]) -> None:
    """Raises StoreError when a document's name is not its SHA-256."""
    for name, content in documents.items():
        if sha256(content).hexdigest() != name:
            raise StoreError(f"document {name} is not what its hash says; name documents by their sha256")


def check_versions(commit: Commit) -> None:
    """Raises StoreError when a commit's events are not of its stream, or leave a gap after the version expected."""
    for version, event in enumerate(commit.events, commit.expected_version + 1):
        if event.workflow_id != commit.stream or event.version != version:
            raise StoreError(
                f"{commit.stream} at version {commit.expected_version} cannot take an event of {event.workflow_id} "
                f"with version {event.version}; number events from {commit.expected_version + 1} without a gap"
            )


def check_commit(commit: Commit) -> None:
    """Raises StoreError when a commit contradicts itself, whatever the store holds."""
    if not commit.events and not commit.documents:
        raise StoreError(f"a commit to {commit.stream} holds neither an event nor a document; leave it out")
    check_versions(commit)
    check_documents(commit.documents)
